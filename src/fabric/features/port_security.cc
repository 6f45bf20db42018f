#include "fabric/features/port_security.h"

#include <set>

#include "fabric/features/neighbour_security.h"
#include "fabric/features/places.h"
#include "net/eui64.h"

namespace weft::fabric {
namespace {

using openflow::Field;
using openflow::Match;

constexpr std::uint64_t kVlanPresent = 0x1000;
constexpr std::uint64_t kGroupBit = 0x010000000000;  // of a MAC: the address of a group (IEEE 802)
constexpr std::uint32_t kLimitedBroadcast = 0xffffffff;

Flows own_address(const PortView& port, const MacAddress& mac, const IpPrefix& prefix) {
  const bool v4 = prefix.version() == IpVersion::kV4;
  Flows flows = {flow(family::kOwnIp,
                      ip(from(port, mac), prefix.version()).set_prefix(ip_source(prefix.version()), prefix),
                      {go(v4 ? Table::kPacketSize : Table::kNeighbourSecurity)})};
  if (!v4) return flows;
  const Match speaks_arp = arp(from(port, mac)).set(Field::kArpSha, mac);
  flows.push_back(
      flow(family::kOwnArp, Match(speaks_arp).set_prefix(Field::kArpSpa, prefix), announced(port, mac)));
  flows.push_back(
      flow(family::kArpProbe,
           Match(speaks_arp).set(Field::kArpOp, 1).set(Field::kArpSpa, 0).set_prefix(Field::kArpTpa, prefix),
           announced(port, mac)));
  return flows;
}

Flows without_address(const PortView& port, const MacAddress& mac) {
  const Match mine = from(port, mac);
  const Match unspecified = Match(mine).set(Field::kEthType, 0x86dd).set(Field::kIpv6Src, 0);
  Flows flows = {
      flow(family::kDhcpClient,
           udp(mine, IpVersion::kV4, 68, 67).set(Field::kIpv4Src, 0).set(Field::kIpv4Dst, kLimitedBroadcast),
           {go(Table::kPacketSize)}),
      flow(family::kLinkLocal, ip(mine, IpVersion::kV6).set(Field::kIpv6Src, link_local(mac)),
           {go(Table::kNeighbourSecurity)}),
  };
  for (int type : {kNeighbourSolicitation, kRouterSolicitation})
    flows.push_back(flow(family::kUnspecified, icmpv6(unspecified, type), {go(Table::kNeighbourSecurity)}));
  for (int type : {kListenerReport, kListenerDone, kListenerReportV2})
    flows.push_back(flow(family::kUnspecified, icmpv6(unspecified, type), {go(Table::kPacketSize)}));
  return flows;
}

/// Why a packet of an allowed MAC was not let through.
Flows refusals(const PortView& port, const MacAddress& mac) {
  const Match mine = from(port, mac);
  return {drop(family::kSpoofedArp, arp(mine)), drop(family::kSpoofedIp, ip(mine, IpVersion::kV4)),
          drop(family::kSpoofedIp, ip(mine, IpVersion::kV6)), drop(family::kOtherOut, mine)};
}

Flows never(const PortView& port) {
  const Match any = on_port(port.ofport);
  // What is behind extension headers may begin in a later fragment only: then the switch reads zeros.
  const Match hidden_ports = first_fragment(udp(any, IpVersion::kV6, 0, 0));
  const Match hidden_type = first_fragment(icmpv6(any, 0));
  const Match hidden_protocol = ip(any, IpVersion::kV6, 0);
  return {
      drop(family::kVlanTagged, Match(any).set_masked(Field::kVlanTci, kVlanPresent, kVlanPresent)),
      drop(family::kRogueDhcp, ip(any, IpVersion::kV4, kUdp).set(Field::kUdpDst, 68)),
      drop(family::kRogueDhcp, ip(any, IpVersion::kV6, kUdp).set(Field::kUdpDst, 546)),
      drop(family::kRogueDhcp, hidden_ports),
      drop(family::kRogueRa, icmpv6(any, kRouterAdvertisement)),
      drop(family::kRogueRa, icmpv6(any, kRedirect)),
      drop(family::kRogueRa, hidden_type),
      drop(family::kRogueRa, hidden_protocol),
      drop(family::kSpoofedMac, any),
  };
}

Flows unprotected(const PortView& port) {
  const Match any = on_port(port.ofport);
  const Actions announces = announce_on(port);
  return {
      drop(family::kMulticastSource, Match(any).set_masked(Field::kEthSrc, kGroupBit, kGroupBit)),
      flow(family::kOpenOwnMac, from(port, port.port->mac), {go(Table::kPacketSize)}),
      flow(family::kOpenAnnouncement, arp(any), announces),
      flow(family::kOpenAnnouncement, icmpv6(any, kNeighbourAdvertisement), announces),
      flow(family::kUnprotected, any, {go(Table::kPacketSize)}),
      too_many_macs(port),
  };
}

}  // namespace

Flows port_security(const PortView& port) {
  if (port.policy() == PortPolicy::kOpen) return unprotected(port);
  Flows flows = never(port);
  std::set<MacAddress> macs = {port.port->mac};
  for (const auto& [mac, prefix] : port.allowed_pairs()) {
    append(flows, own_address(port, mac, prefix));
    macs.insert(mac);
  }
  for (const auto& mac : macs) {
    append(flows, without_address(port, mac));
    append(flows, refusals(port, mac));
  }
  append(flows, neighbour_security(port));
  return flows;
}

}  // namespace weft::fabric
