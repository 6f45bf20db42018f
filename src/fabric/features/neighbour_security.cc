#include "fabric/features/neighbour_security.h"

#include <set>

#include "fabric/features/places.h"
#include "net/eui64.h"

namespace weft::fabric {
namespace {

using openflow::Field;
using openflow::Match;

/// An option that is absent reads as zero.
std::array<openflow::Bits, 2> absent_or(const MacAddress& mac) {
  return {openflow::Bits(0), openflow::Bits(mac)};
}

Flows own_target(const PortView& port, const MacAddress& mac, const IpPrefix& target) {
  const Match detects = on_link(nd_message(from(port, mac), kNeighbourSolicitation))
                            .set(Field::kIpv6Src, 0)
                            .set(Field::kNdSll, 0)
                            .set_prefix(Field::kNdTarget, target);
  Flows flows = {flow(family::kNdDetection, detects, {go(Table::kPacketSize)})};
  const Actions announces = announced(port, mac);
  for (const auto& option : absent_or(mac)) {
    const Match tells =
        on_link(nd_message(from(port, mac), kNeighbourAdvertisement)).set(Field::kNdTll, option);
    flows.push_back(
        flow(family::kOwnAdvertisement, Match(tells).set_prefix(Field::kNdTarget, target), announces));
  }
  return flows;
}

Flows own_mac(const PortView& port, const MacAddress& mac) {
  Flows flows = own_target(port, mac, IpPrefix(link_local(mac), 128));
  for (const auto& option : absent_or(mac)) {
    flows.push_back(
        flow(family::kOwnSolicitation,
             on_link(nd_message(from(port, mac), kNeighbourSolicitation)).set(Field::kNdSll, option),
             {go(Table::kPacketSize)}));
  }
  return flows;
}

Flows refusals(const PortView& port) {
  const Match any = on_port(port.ofport);
  Flows flows = {
      drop(family::kNdForeignDetection, icmpv6(any, kNeighbourSolicitation).set(Field::kIpv6Src, 0))};
  for (int type : {kNeighbourSolicitation, kNeighbourAdvertisement}) {
    flows.push_back(drop(family::kNdNoTarget, nd_message(any, type).set(Field::kNdTarget, 0)));
    flows.push_back(drop(family::kSpoofedNd, on_link(icmpv6(any, type))));
  }
  for (int type : {kRouterSolicitation, kNeighbourSolicitation, kNeighbourAdvertisement}) {
    flows.push_back(drop(family::kNdNoTarget, first_fragment(icmpv6(any, type))));
    flows.push_back(drop(family::kNdHopLimit, icmpv6(any, type)));
  }
  return flows;
}

}  // namespace

Match nd_message(Match match, int type) {
  return icmpv6(std::move(match), type).set(Field::kIcmpv6Code, 0);
}

Match on_link(Match match) {
  constexpr std::uint64_t kNeverForwarded = 255;
  match.set(Field::kIpTtl, kNeverForwarded).set_masked(Field::kIpFrag, 0, kFragmentMask);
  return match;
}

Flows neighbour_security_pipeline() {
  return {flow(family::kOwnRouterSolicitation, on_link(icmpv6({}, kRouterSolicitation)),
               {go(Table::kPacketSize)})};
}

Flows neighbour_security(const PortView& port) {
  Flows flows = refusals(port);
  std::set<MacAddress> macs = {port.port->mac};
  for (const auto& [mac, prefix] : port.allowed_pairs()) {
    macs.insert(mac);
    if (prefix.version() == IpVersion::kV6) append(flows, own_target(port, mac, prefix));
  }
  for (const auto& mac : macs) append(flows, own_mac(port, mac));
  return flows;
}

}  // namespace weft::fabric
