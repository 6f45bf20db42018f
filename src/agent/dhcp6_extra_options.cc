#include "agent/dhcp6_extra_options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "net/dhcp6.h"
#include "net/dns_names.h"

namespace weft::agent {
namespace {

using Bytes = std::vector<std::uint8_t>;
namespace option = net::dhcp6_option;

/// How an option's text becomes bytes.
enum class Form { kAddresses, kNames, kText, kTexts, kSeconds, kTimeServers };

struct Known {
  std::string_view name;
  std::uint16_t code;
  Form form;
};
/// `dnsmasq --help dhcp6`.
constexpr std::array kKnown = {
    Known{"sip-server-domain", 21, Form::kNames},
    Known{"sip-server", 22, Form::kAddresses},
    Known{"dns-server", option::kDnsServers, Form::kAddresses},
    Known{"domain-search", option::kDomainSearch, Form::kNames},
    Known{"nis-server", 27, Form::kAddresses},
    Known{"nis+-server", 28, Form::kAddresses},
    Known{"nis-domain", 29, Form::kNames},
    Known{"nis+-domain", 30, Form::kNames},
    Known{"sntp-server", option::kSntpServers, Form::kAddresses},
    Known{"information-refresh-time", option::kRefreshTime, Form::kSeconds},
    Known{"posix-timezone", 41, Form::kText},
    Known{"tzdb-timezone", 42, Form::kText},
    Known{"ntp-server", option::kNtpServers, Form::kTimeServers},
    Known{"bootfile-url", option::kBootfileUrl, Form::kText},
    Known{"bootfile-param", option::kBootfileParams, Form::kTexts},
};

/// Identities, associations, authentication, relays and the like: the responder's, not the port's.
bool is_protocols_own(std::uint16_t code) {
  return code <= option::kUserClass || (code >= 18 && code <= 20) || code == option::kIaPd || code == 26 ||
         code == option::kClientName;
}

void put16(Bytes& out, std::size_t number) {
  out.push_back(static_cast<std::uint8_t>(number >> 8));
  out.push_back(static_cast<std::uint8_t>(number));
}

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  for (;;) {
    const auto comma = text.find(',');
    parts.emplace_back(trim(text.substr(0, comma)));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

std::optional<std::uint32_t> number_of(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// dnsmasq writes IPv6 addresses in brackets, people also without.
std::optional<IpAddress> address_of(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  auto address = IpAddress::parse(text);
  return address && !address->is_v4() ? address : std::nullopt;
}

std::optional<Bytes> addresses_bytes(const std::vector<std::string>& parts) {
  Bytes out;
  for (const auto& part : parts) {
    const auto address = address_of(part);
    if (!address) return std::nullopt;
    out.insert(out.end(), address->bytes().begin(), address->bytes().end());
  }
  return out;
}

/// RFC 5908: a suboption for each server, by address (1) or by name (3).
std::optional<Bytes> time_servers_bytes(const std::vector<std::string>& parts) {
  constexpr std::uint16_t kAddress = 1, kName = 3;
  Bytes out;
  for (const auto& part : parts) {
    auto value = addresses_bytes({part});
    put16(out, value ? kAddress : kName);
    if (!value) value = net::dns_names({part});
    if (value->empty()) return std::nullopt;
    put16(out, value->size());
    out.insert(out.end(), value->begin(), value->end());
  }
  return out;
}

std::optional<Bytes> seconds_bytes(std::string_view text) {
  const auto seconds = text == "infinite" ? std::optional(0xffffffffU) : number_of(text);
  if (!seconds) return std::nullopt;
  Bytes out;
  put16(out, *seconds >> 16);
  put16(out, *seconds & 0xffff);
  return out;
}

/// Each with its length before it (RFC 5970, 3.2).
Bytes texts_bytes(const std::vector<std::string>& parts) {
  Bytes out;
  for (const auto& part : parts) {
    put16(out, part.size());
    out.insert(out.end(), part.begin(), part.end());
  }
  return out;
}

std::optional<Bytes> value_bytes(Form form, const std::string& text) {
  switch (form) {
    case Form::kAddresses:
      return addresses_bytes(split(text));
    case Form::kNames: {
      auto names = net::dns_names(split(text));
      return names.empty() ? std::nullopt : std::optional(std::move(names));
    }
    case Form::kText:
      return Bytes(text.begin(), text.end());
    case Form::kTexts:
      return texts_bytes(split(text));
    case Form::kSeconds:
      return seconds_bytes(text);
    case Form::kTimeServers:
      return time_servers_bytes(split(text));
  }
  return std::nullopt;
}

/// 01:ab:... with at least two bytes.
std::optional<Bytes> hexadecimal_bytes(std::string_view text) {
  if (text.size() < 5 || text.size() % 3 != 2) return std::nullopt;
  Bytes out;
  for (std::size_t at = 0; at < text.size(); at += 3) {
    std::uint8_t byte = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + 2, byte, 16);
    if (error != std::errc() || end != text.data() + at + 2) return std::nullopt;
    if (at + 2 < text.size() && text[at + 2] != ':') return std::nullopt;
    out.push_back(byte);
  }
  return out;
}

/// A number in as few bytes as it takes, of 1, 2 and 4.
Bytes number_bytes(std::uint32_t number) {
  Bytes out;
  if (number > 0xffff) put16(out, number >> 16);
  if (number > 0xff)
    put16(out, number & 0xffff);
  else
    out.push_back(static_cast<std::uint8_t>(number));
  return out;
}

/// The value of an option that is only known by its number: what it looks like.
Bytes guessed_bytes(const std::string& text) {
  if (auto addresses = addresses_bytes(split(text))) return *addresses;
  if (auto bytes = hexadecimal_bytes(text)) return *bytes;
  if (auto number = number_of(text)) return number_bytes(*number);
  return {text.begin(), text.end()};
}

struct Parsed {
  std::vector<std::string> tags;
  std::uint16_t code = 0;
  std::optional<Form> form;  ///< absent: a number that has no name
};

std::optional<Parsed> parse_name(std::string_view text) {
  Parsed parsed;
  auto words = split(text);
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (!words[i].starts_with("tag:")) return std::nullopt;
    parsed.tags.push_back(words[i].substr(4));
  }
  const auto number = number_of(words.back());
  const auto known = std::ranges::find_if(
      kKnown, [&](const Known& each) { return number ? each.code == *number : each.name == words.back(); });
  if (known == kKnown.end() && (!number || *number > 0xffff)) return std::nullopt;
  parsed.code = known == kKnown.end() ? static_cast<std::uint16_t>(*number) : known->code;
  if (known != kKnown.end()) parsed.form = known->form;
  return is_protocols_own(parsed.code) ? std::nullopt : std::optional(std::move(parsed));
}

bool holds(std::string_view tag, bool ipxe) {
  const bool negated = tag.starts_with('!');
  if (negated) tag.remove_prefix(1);
  const bool set = ipxe && (tag == "ipxe" || tag == "ipxe6");
  return set != negated;
}

}  // namespace

void apply_extra_options(const std::vector<model::ExtraDhcpOption>& extra, bool ipxe, Dhcp6Options& options) {
  for (const bool tagged : {false, true}) {
    for (const auto& each : extra) {
      const auto parsed = each.version == IpVersion::kV6 ? parse_name(each.name) : std::nullopt;
      if (!parsed || parsed->tags.empty() == tagged) continue;
      if (!std::ranges::all_of(parsed->tags, [ipxe](const auto& tag) { return holds(tag, ipxe); })) continue;
      if (each.value.empty()) {
        options.erase(parsed->code);
        continue;
      }
      auto value = parsed->form ? value_bytes(*parsed->form, each.value) : guessed_bytes(each.value);
      if (value) options[parsed->code] = std::move(*value);
    }
  }
}

}  // namespace weft::agent
