#include "fabric/features/neighbour_answers.h"

#include "fabric/features/neighbour_security.h"
#include "net/eui64.h"

namespace weft::fabric {
namespace {

using openflow::Field;
using openflow::Match;

// Flags of advertisements (RFC 4861, 4.4).
constexpr std::uint64_t kSolicited = 0x40000000, kOverride = 0x20000000;
constexpr std::uint64_t kTargetOption = 2;
const MacAddress kAllNodesMac = MacAddress::from_u64(0x333300000001);
const IpAddress kAllNodes = IpAddress::v6({0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});

Match solicitation(Match match) {
  return on_link(nd_message(std::move(match), kNeighbourSolicitation));
}

/// The last changes to a solicitation: what is an advertisement now comes back for its option.
Actions become_advertisement(Actions addressing, std::uint64_t flags) {
  for (auto& action : {move(Field::kNdTarget, Field::kIpv6Src),
                       set(Field::kIcmpv6Type, kNeighbourAdvertisement), set(Field::kNdReserved, flags),
                       set(Field::kNdOptionsType, kTargetOption), go(Table::kNeighbourAnswers)})
    addressing.push_back(action);
  return addressing;
}

}  // namespace

Flows neighbour_answers_pipeline() {
  const Match asked = nd_message({}, kNeighbourSolicitation);
  return {
      flow(family::kDetectionAnswer, Match(asked).set(Field::kIpv6Src, 0),
           become_advertisement({set(Field::kEthDst, kAllNodesMac), set(Field::kIpv6Dst, kAllNodes)},
                                kOverride)),
      flow(family::kSolicitationAnswer, asked,
           become_advertisement({move(Field::kIpv6Src, Field::kIpv6Dst)}, kSolicited | kOverride)),
      flow(family::kAdvertisement, nd_message({}, kNeighbourAdvertisement),
           {move(Field::kEthSrc, Field::kNdTll), output(openflow::kPortInPort)}),
  };
}

Flows neighbour_answers(const PortView& port) {
  Flows flows;
  for (const auto& address : port.reachable_addresses()) {
    if (address.is_v4()) continue;
    const Match asked = solicitation(with({}, kNetworkField, port.network.value));
    flows.push_back(flow(family::kNeighbourReply, Match(asked).set(Field::kNdTarget, address),
                         {move(Field::kEthSrc, Field::kEthDst), set(Field::kEthSrc, port.port->mac),
                          go(Table::kNeighbourAnswers)}));
  }
  return flows;
}

Flows neighbour_own_addresses(const PortView& port) {
  auto own = port.own_addresses();
  for (const auto& address : port.reachable_addresses()) own.insert(address);
  for (const auto& [mac, prefix] : port.allowed_pairs())
    if (mac != port.port->mac) own.insert(link_local(mac));
  Flows flows;
  for (const auto& address : own) {
    if (address.is_v4()) continue;
    flows.push_back(flow(family::kOwnAddress,
                         solicitation(on_port(port.ofport)).set(Field::kNdTarget, address),
                         {go(Table::kEgressPolicy)}));
  }
  return flows;
}

}  // namespace weft::fabric
