#include "net/dhcp4_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "net/dhcp4.h"
#include "net/dns_names.h"
#include "net/wire.h"

namespace weft::net {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// What an option takes.
enum class Takes : std::uint8_t { kAnything, kAddresses, kText, kDomains, kSeconds, kByte, kShort, kLong };

struct KnownOption {
  std::string_view name;
  std::uint8_t code;
  Takes takes;
};

constexpr std::array kKnown = {
    KnownOption{"netmask", 1, Takes::kAddresses},
    KnownOption{"time-offset", 2, Takes::kLong},
    KnownOption{"router", 3, Takes::kAddresses},
    KnownOption{"dns-server", 6, Takes::kAddresses},
    KnownOption{"log-server", 7, Takes::kAddresses},
    KnownOption{"lpr-server", 9, Takes::kAddresses},
    KnownOption{"boot-file-size", 13, Takes::kShort},
    KnownOption{"domain-name", 15, Takes::kText},
    KnownOption{"swap-server", 16, Takes::kAddresses},
    KnownOption{"root-path", 17, Takes::kText},
    KnownOption{"extension-path", 18, Takes::kText},
    KnownOption{"ip-forward-enable", 19, Takes::kByte},
    KnownOption{"non-local-source-routing", 20, Takes::kByte},
    KnownOption{"policy-filter", 21, Takes::kAddresses},
    KnownOption{"max-datagram-reassembly", 22, Takes::kShort},
    KnownOption{"default-ttl", 23, Takes::kByte},
    KnownOption{"mtu", 26, Takes::kShort},
    KnownOption{"all-subnets-local", 27, Takes::kByte},
    KnownOption{"router-discovery", 31, Takes::kByte},
    KnownOption{"router-solicitation", 32, Takes::kAddresses},
    KnownOption{"static-route", 33, Takes::kAddresses},
    KnownOption{"trailer-encapsulation", 34, Takes::kByte},
    KnownOption{"arp-timeout", 35, Takes::kLong},
    KnownOption{"ethernet-encap", 36, Takes::kByte},
    KnownOption{"tcp-ttl", 37, Takes::kByte},
    KnownOption{"tcp-keepalive", 38, Takes::kLong},
    KnownOption{"nis-domain", 40, Takes::kText},
    KnownOption{"nis-server", 41, Takes::kAddresses},
    KnownOption{"ntp-server", 42, Takes::kAddresses},
    KnownOption{"netbios-ns", 44, Takes::kAddresses},
    KnownOption{"netbios-dd", 45, Takes::kAddresses},
    KnownOption{"netbios-nodetype", 46, Takes::kByte},
    KnownOption{"netbios-scope", 47, Takes::kAnything},
    KnownOption{"x-windows-fs", 48, Takes::kAddresses},
    KnownOption{"x-windows-dm", 49, Takes::kAddresses},
    KnownOption{"T1", 58, Takes::kSeconds},
    KnownOption{"T2", 59, Takes::kSeconds},
    KnownOption{"vendor-class", 60, Takes::kAnything},
    KnownOption{"nis+-domain", 64, Takes::kText},
    KnownOption{"nis+-server", 65, Takes::kAddresses},
    KnownOption{"tftp-server", 66, Takes::kText},
    KnownOption{"server-name", 66, Takes::kText},  // ISC dhcpd's word for the same
    KnownOption{"bootfile-name", 67, Takes::kText},
    KnownOption{"mobile-ip-home", 68, Takes::kAddresses},
    KnownOption{"smtp-server", 69, Takes::kAddresses},
    KnownOption{"pop3-server", 70, Takes::kAddresses},
    KnownOption{"nntp-server", 71, Takes::kAddresses},
    KnownOption{"irc-server", 74, Takes::kAddresses},
    KnownOption{"user-class", 77, Takes::kAnything},
    KnownOption{"rapid-commit", 80, Takes::kAnything},
    KnownOption{"client-arch", 93, Takes::kShort},
    KnownOption{"client-interface-id", 94, Takes::kAnything},
    KnownOption{"client-machine-id", 97, Takes::kAnything},
    KnownOption{"posix-timezone", 100, Takes::kText},
    KnownOption{"tzdb-timezone", 101, Takes::kText},
    KnownOption{"ipv6-only", 108, Takes::kLong},
    KnownOption{"domain-search", 119, Takes::kDomains},
    KnownOption{"sip-server", 120, Takes::kAnything},
    KnownOption{"classless-static-route", 121, Takes::kAnything},
    KnownOption{"vendor-id-encap", 125, Takes::kAnything},
    KnownOption{"tftp-server-address", 150, Takes::kAddresses},
    KnownOption{"server-ip-address", kServerAddress, Takes::kAddresses},
};

bool same_word(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

Takes what_takes(std::uint8_t code) {
  auto known = std::ranges::find(kKnown, code, &KnownOption::code);
  return known == kKnown.end() ? Takes::kAnything : known->takes;
}

int width_of(Takes takes) {
  if (takes == Takes::kByte) return 1;
  if (takes == Takes::kShort) return 2;
  return takes == Takes::kLong ? 4 : 0;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text, int base = 10) {
  Number number{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

/// "01:0a:ff"; a lone pair of digits is a number or a text.
std::optional<Bytes> hex_bytes(std::string_view text) {
  auto parts = split(text, ':');
  if (parts.size() < 2) return std::nullopt;
  Bytes out;
  for (auto part : parts) {
    auto byte = part.size() <= 2 ? parse_number<std::uint8_t>(part, 16) : std::nullopt;
    if (!byte) return std::nullopt;
    out.push_back(*byte);
  }
  return out;
}

/// Of `width` bytes; 0: as many as it needs, or as its last letter says.
std::optional<Bytes> number_bytes(std::string_view text, int width) {
  constexpr std::string_view kLetters = "bsi";
  constexpr std::array kLetterWidths = {1, 2, 4};
  if (auto letter = text.empty() ? std::string_view::npos : kLetters.find(text.back());
      letter != std::string_view::npos) {
    text.remove_suffix(1);
    width = kLetterWidths[letter];
  }
  auto number = parse_number<std::int64_t>(text);
  if (!number) return std::nullopt;
  if (width == 0) width = *number < 0 || *number > 0xffff ? 4 : *number > 0xff ? 2 : 1;
  const std::int64_t limit = std::int64_t{1} << (8 * width);
  if (*number >= limit || *number < -limit / 2) return std::nullopt;
  Bytes out;
  wire::put(out, static_cast<std::uint32_t>(*number), width);
  return out;
}

/// Addresses as four bytes each, prefixes as RFC 3442 writes destinations.
std::optional<Bytes> address_bytes(std::string_view text) {
  Bytes out;
  for (auto part : split(text, ',')) {
    auto slash = part.find('/');
    auto address = IpAddress::parse(part.substr(0, slash));
    if (!address || !address->is_v4()) return std::nullopt;
    if (slash == std::string_view::npos) {
      wire::put(out, *address);
      continue;
    }
    auto length = parse_number<int>(part.substr(slash + 1));
    if (!length || *length < 0 || *length > 32) return std::nullopt;
    put_destination(out, IpPrefix(*address, *length));
  }
  return out;
}

std::optional<Bytes> domain_bytes(std::string_view text) {
  std::vector<std::string> names;
  for (auto name : split(text, ',')) {
    if (dns_names({std::string(name)}).empty()) return std::nullopt;
    names.emplace_back(name);
  }
  return dns_names(names);
}

/// "90", "90s", "15m", "12h", "1d", "1w".
std::optional<Bytes> seconds_bytes(std::string_view text) {
  constexpr std::string_view kUnits = "smhdw";
  constexpr std::array<std::uint64_t, 5> kSeconds = {1, 60, 3600, 86400, 604800};
  std::uint64_t unit = 1;
  if (auto found = text.empty() ? std::string_view::npos : kUnits.find(text.back());
      found != std::string_view::npos) {
    text.remove_suffix(1);
    unit = kSeconds[found];
  }
  auto count = parse_number<std::uint32_t>(text);
  if (!count || *count * unit > 0xffffffff) return std::nullopt;
  Bytes out;
  wire::put(out, static_cast<std::uint32_t>(*count * unit), 4);
  return out;
}

/// RFC 3361: a first byte tells addresses (1) from names (0).
std::optional<Bytes> sip_servers(std::string_view text) {
  auto servers = address_bytes(text);
  auto out = servers ? servers : domain_bytes(text);
  if (out) out->insert(out->begin(), servers ? 1 : 0);
  return out;
}

Bytes text_bytes(std::string_view text) {
  return {text.begin(), text.end()};
}

std::optional<Bytes> encode(Takes takes, std::string_view text) {
  switch (takes) {
    case Takes::kAddresses:
      return address_bytes(text);
    case Takes::kText:
      return text_bytes(text);
    case Takes::kDomains:
      return domain_bytes(text);
    case Takes::kSeconds:
      return seconds_bytes(text);
    default:
      break;
  }
  if (auto bytes = hex_bytes(text)) return bytes;
  if (auto bytes = number_bytes(text, width_of(takes))) return bytes;
  if (takes != Takes::kAnything) return std::nullopt;
  if (auto bytes = address_bytes(text)) return bytes;
  return text_bytes(text);
}

}  // namespace

std::optional<std::uint8_t> dhcp_option_code(std::string_view name) {
  constexpr std::string_view kPrefix = "option:";
  if (name.starts_with(kPrefix)) name.remove_prefix(kPrefix.size());
  if (auto number = parse_number<int>(name)) {
    if (*number < 1 || *number > 254) return std::nullopt;
    return static_cast<std::uint8_t>(*number);
  }
  auto known = std::ranges::find_if(kKnown, [&](const auto& option) { return same_word(option.name, name); });
  return known == kKnown.end() ? std::nullopt : std::optional(known->code);
}

Result<Bytes> encode_dhcp_value(std::uint8_t code, std::string_view text) {
  constexpr std::uint8_t kSipServers = 120;
  auto bytes = code == kSipServers ? sip_servers(text) : encode(what_takes(code), text);
  if (!bytes || bytes->empty()) {
    return fail(Errc::kInvalid,
                "'" + std::string(text) + "' is no value of DHCP option " + std::to_string(code));
  }
  return *bytes;
}

}  // namespace weft::net
