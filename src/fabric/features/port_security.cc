#include "fabric/features/port_security.h"

#include <set>

namespace weft::fabric {
namespace {

using openflow::Field;
using openflow::Match;

constexpr std::uint64_t kVlanPresent = 0x1000;
constexpr int kRouterAdvertisement = 134, kNeighbourSolicitation = 135, kListenerReportV2 = 143;
constexpr std::uint32_t kLimitedBroadcast = 0xffffffff;

/// fe80::/64 with the EUI-64 of the MAC (RFC 4291, appendix A).
IpAddress link_local(const MacAddress& mac) {
  const auto& m = mac.bytes;
  return IpAddress::v6({0xfe, 0x80, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(m[0] ^ 2), m[1], m[2], 0xff,
                        0xfe, m[3], m[4], m[5]});
}

Match from(const PortView& port, const MacAddress& mac) {
  return on_port(port.ofport).set(Field::kEthSrc, mac);
}

Flows own_address(const PortView& port, const MacAddress& mac, const IpPrefix& prefix) {
  Flows flows;
  flows.push_back(flow(family::kOwnIp,
                       ip(from(port, mac), prefix.version()).set_prefix(ip_source(prefix.version()), prefix),
                       {go(Table::kLocalServices)}));
  if (prefix.version() == IpVersion::kV6) return flows;
  const Match speaks_arp = arp(from(port, mac)).set(Field::kArpSha, mac);
  flows.push_back(flow(family::kOwnArp, Match(speaks_arp).set_prefix(Field::kArpSpa, prefix),
                       {go(Table::kLocalServices)}));
  flows.push_back(
      flow(family::kArpProbe,
           Match(speaks_arp).set(Field::kArpOp, 1).set(Field::kArpSpa, 0).set_prefix(Field::kArpTpa, prefix),
           {go(Table::kLocalServices)}));
  return flows;
}

Flows own_mac(const PortView& port, const MacAddress& mac) {
  const Match mine = from(port, mac);
  const Match unspecified = Match(mine).set(Field::kEthType, 0x86dd).set(Field::kIpv6Src, 0);
  return {
      flow(family::kDhcpClient,
           udp(mine, IpVersion::kV4, 68, 67).set(Field::kIpv4Src, 0).set(Field::kIpv4Dst, kLimitedBroadcast),
           {go(Table::kLocalServices)}),
      flow(family::kLinkLocal, ip(mine, IpVersion::kV6).set(Field::kIpv6Src, link_local(mac)),
           {go(Table::kLocalServices)}),
      flow(family::kUnspecified, icmpv6(unspecified, kNeighbourSolicitation), {go(Table::kLocalServices)}),
      flow(family::kUnspecified, icmpv6(unspecified, kListenerReportV2), {go(Table::kLocalServices)}),
  };
}

Flows never(const PortView& port) {
  const Match any = on_port(port.ofport);
  return {
      flow(family::kVlanTagged, Match(any).set_masked(Field::kVlanTci, kVlanPresent, kVlanPresent), {}),
      flow(family::kRogueDhcp, udp(any, IpVersion::kV4, 67, 68), {}),
      flow(family::kRogueDhcp, udp(any, IpVersion::kV6, 547, 546), {}),
      flow(family::kRogueRa, icmpv6(any, kRouterAdvertisement), {}),
  };
}

}  // namespace

Flows port_security(const PortView& port) {
  if (port.policy() == PortPolicy::kOpen) {
    return {flow(family::kUnprotected, on_port(port.ofport), {go(Table::kLocalServices)})};
  }
  Flows flows = never(port);
  std::set<MacAddress> macs = {port.port->mac};
  for (const auto& [mac, prefix] : port.allowed_pairs()) {
    append(flows, own_address(port, mac, prefix));
    macs.insert(mac);
  }
  for (const auto& mac : macs) append(flows, own_mac(port, mac));
  return flows;
}

}  // namespace weft::fabric
