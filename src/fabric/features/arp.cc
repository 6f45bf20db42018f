#include "fabric/features/arp.h"

namespace weft::fabric {
namespace {

using openflow::Field;
using openflow::Match;

constexpr std::uint64_t kRequest = 1, kReply = 2;

Actions reply(const MacAddress& mac, const IpAddress& address) {
  return {move(Field::kEthSrc, Field::kEthDst),
          set(Field::kEthSrc, mac),
          set(Field::kArpOp, kReply),
          move(Field::kArpSha, Field::kArpTha),
          set(Field::kArpSha, mac),
          move(Field::kArpSpa, Field::kArpTpa),
          set(Field::kArpSpa, address),
          output(openflow::kPortInPort)};
}

}  // namespace

Flows arp_answers(const PortView& port) {
  Flows flows;
  for (const auto& address : port.addresses) {
    if (!address.is_v4()) continue;
    Match asked = arp(with({}, kNetworkField, port.network.value)).set(Field::kArpOp, kRequest);
    flows.push_back(
        flow(family::kArpReply, asked.set(Field::kArpTpa, address), reply(port.port->mac, address)));
  }
  return flows;
}

Flows arp_own_addresses(const PortView& port) {
  Flows flows;
  for (const auto& address : port.own_addresses()) {
    if (!address.is_v4()) continue;
    Match asked = arp(on_port(port.ofport)).set(Field::kArpOp, kRequest);
    flows.push_back(
        flow(family::kOwnAddress, asked.set(Field::kArpTpa, address), {go(Table::kEgressPolicy)}));
  }
  return flows;
}

}  // namespace weft::fabric
