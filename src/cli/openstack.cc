#include "cli/openstack.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "cli/printable.h"
#include "net/headers.h"

namespace weft::cli {
namespace {

std::string protocol_word(int protocol) {
  switch (protocol) {
    case net::kProtocolIcmp:
      return "icmp";
    case net::kProtocolTcp:
      return "tcp";
    case net::kProtocolUdp:
      return "udp";
    case net::kProtocolIcmpv6:
      return "ipv6-icmp";
    case net::kProtocolSctp:
      return "sctp";
    default:
      return std::to_string(protocol);
  }
}

}  // namespace

std::string shell_word(const std::string& text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/@+-,=";
  const bool plain = !text.empty() && text.front() != '-' &&
                     std::ranges::all_of(text, [&](char c) { return kPlain.find(c) != kPlain.npos; });
  if (plain) return text;
  std::string quoted = "'";
  for (char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + '\'';
}

bool is_plain_name(const std::string& name) {
  return !name.empty() && name.front() != '-' && is_printable(name);
}

std::optional<int> protocol_of_rule(IpVersion ethertype, int protocol) {
  constexpr std::array kOnlyInIpv6 = {net::kProtocolIpv6,   std::uint8_t{43}, std::uint8_t{44},
                                      net::kProtocolIcmpv6, std::uint8_t{59}, std::uint8_t{60}};
  // "icmp" in an IPv6 rule means ICMPv6.
  const bool misunderstood = ethertype == IpVersion::kV4
                                 ? std::ranges::find(kOnlyInIpv6, protocol) != kOnlyInIpv6.end()
                                 : protocol == net::kProtocolIcmp;
  return misunderstood || protocol == 0 ? std::nullopt : std::optional(protocol);
}

std::string rule_command(const WantedRule& rule) {
  std::string text = "openstack security group rule create";
  if (rule.direction == model::Direction::kEgress) text += " --egress";
  if (rule.ethertype == IpVersion::kV6) text += " --ethertype IPv6";
  text += " --protocol " + (rule.protocol ? protocol_word(*rule.protocol) : std::string("any"));
  if (rule.port) text += fmt::format(" --dst-port {}", *rule.port);
  if (rule.icmp_type) text += fmt::format(" --icmp-type {}", *rule.icmp_type);
  if (rule.icmp_type && rule.icmp_code) text += fmt::format(" --icmp-code {}", *rule.icmp_code);
  if (!rule.remote.empty()) text += ' ' + rule.remote;
  return text + ' ' + rule.group;
}

std::string allow_addresses_command(const std::string& port, const std::vector<std::string>& addresses,
                                    const std::optional<MacAddress>& mac) {
  const auto with_mac = mac ? ",mac-address=" + mac->to_string() : std::string();
  std::string text = "openstack port set";
  for (const auto& address : addresses)
    text += fmt::format(" --allowed-address ip-address={}{}", address, with_mac);
  return text + ' ' + port;
}

std::string open_port_command(const std::string& port) {
  return "openstack port set --no-security-group --disable-port-security " + port;
}

}  // namespace weft::cli
