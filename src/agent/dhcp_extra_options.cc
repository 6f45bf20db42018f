#include "agent/dhcp_extra_options.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/log.h"
#include "net/dhcp4.h"
#include "net/dhcp4_values.h"

namespace weft::agent {
namespace {

constexpr std::string_view kDisabled = "dhcp_disabled";

/// What makes the protocol work is not for the port to say.
bool belongs_to_protocol(std::uint8_t code) {
  using namespace net::dhcp_option;
  constexpr std::array kCodes = {kRequestedAddress,     kLeaseTime,   kOverload, kMessageType, kServerId,
                                 kParameterRequestList, kMaximumSize, kClientId, kFqdn,        kRelayAgent};
  return std::ranges::find(kCodes, code) != kCodes.end();
}

/// Takes "tag:ipxe," off the front of a name.
std::optional<std::string> take_tag(std::string_view& name) {
  constexpr std::string_view kPrefix = "tag:";
  auto comma = name.find(',');
  if (!name.starts_with(kPrefix) || comma == std::string_view::npos) return std::nullopt;
  std::string tag(name.substr(kPrefix.size(), comma - kPrefix.size()));
  name.remove_prefix(comma + 1);
  return tag;
}

std::optional<DhcpExtraOption> read_option(const model::ExtraDhcpOption& option) {
  DhcpExtraOption read;
  std::string_view name = option.name;
  while (auto tag = take_tag(name)) read.tags.push_back(std::move(*tag));
  auto code = net::dhcp_option_code(name);
  if (!code || belongs_to_protocol(*code)) return std::nullopt;
  read.code = *code;
  if (option.value.empty()) return read;
  auto value = net::encode_dhcp_value(*code, option.value);
  if (!value) return std::nullopt;
  read.value = std::move(*value);
  return read;
}

bool holds(const std::string& tag, const std::set<std::string>& client_tags) {
  return tag.starts_with('!') ? !client_tags.contains(tag.substr(1)) : client_tags.contains(tag);
}

}  // namespace

const DhcpExtraOption* DhcpExtraOptions::find(std::uint8_t code,
                                              const std::set<std::string>& client_tags) const {
  const DhcpExtraOption* found = nullptr;
  for (const auto& option : usable) {
    auto tag_holds = [&](const auto& tag) { return holds(tag, client_tags); };
    if (option.code != code || !std::ranges::all_of(option.tags, tag_holds)) continue;
    if (!found || found->tags.empty() || !option.tags.empty()) found = &option;
  }
  return found;
}

DhcpExtraOptions read_extra_options(const std::vector<model::ExtraDhcpOption>& options) {
  DhcpExtraOptions read;
  for (const auto& option : options) {
    if (option.version != IpVersion::kV4 || option.name == kDisabled) continue;
    if (auto usable = read_option(option)) {
      read.usable.push_back(std::move(*usable));
    } else {
      read.unusable.push_back(option.name);
    }
  }
  return read;
}

bool UnusableOptions::report(const Uuid& port, const std::vector<std::string>& names) {
  if (names.empty()) {
    reported_.erase(port);
    return false;
  }
  if (std::exchange(reported_[port], names) == names) return false;
  log::warn("dhcp.option_unusable",
            {{"port", port.to_string()}, {"options", fmt::format("{}", fmt::join(names, " "))}});
  return true;
}

void UnusableOptions::keep(const std::set<Uuid>& ports) {
  std::erase_if(reported_, [&](const auto& entry) { return !ports.contains(entry.first); });
}

bool dhcp_disabled(const model::Port& port, IpVersion version) {
  return std::ranges::any_of(port.extra_dhcp_opts, [version](const auto& option) {
    return option.name == kDisabled && option.value == "true" && option.version == version;
  });
}

}  // namespace weft::agent
