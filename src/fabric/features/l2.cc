#include "fabric/features/l2.h"

namespace weft::fabric {
namespace {

using openflow::Field;
using openflow::Match;

Match in_network(NetworkKey network) {
  return with({}, kNetworkField, network.value);
}

Match to_mac(const PortView& port) {
  return in_network(port.network).set(Field::kEthDst, port.port->mac);
}

openflow::Action set_vni(NetworkKey network) {
  return set(Field::kTunId, network.value & static_cast<std::uint32_t>(model::kMaxVni));
}

}  // namespace

Flows l2_pipeline() {
  return {
      flow(family::kFloodFromTunnel, with({}, kFromTunnel, 1), {go(Table::kFlood)}),
      flow(family::kDeliver, {}, {openflow::OutputField{kOutPort.bits()}}),
  };
}

Flows l2_local(const PortView& port) {
  const Match to_port = with(in_network(port.network), kOutPort, port.ofport);
  return {
      flow(family::kLocalMac, to_mac(port), {load(kOutPort, port.ofport), go(Table::kArrival)}),
      flow(family::kBackToSender, Match(to_port).set(Field::kInPort, port.ofport), {}),
      flow(family::kDestination, to_port,
           {load(kDestinationPolicy, static_cast<std::uint64_t>(port.policy())),
            load(kDestinationZone, port.zone), go(Table::kIngressPolicy)}),
  };
}

Flows l2_remote(const PortView& port, const Tunnel& tunnel) {
  return {flow(family::kRemoteMac, with(to_mac(port), kFromTunnel, 0),
               {set_vni(port.network), output(tunnel.ofport)})};
}

Flows l2_down(const PortView& port) {
  return {drop(family::kDownMac, to_mac(port))};
}

Flows l2_absent(const PortView& port) {
  return {drop(family::kAbsentMac, to_mac(port))};
}

Flows flood_to_ports(NetworkKey network, const std::vector<std::uint32_t>& ofports) {
  Actions copies;
  for (auto ofport : ofports) {
    copies.push_back(load(kOutPort, ofport));
    copies.push_back(go(Table::kArrival));
  }
  return {flow(family::kFloodPorts, in_network(network), std::move(copies))};
}

Flows flood_to_nodes(NetworkKey network, const std::vector<std::uint32_t>& tunnel_ofports) {
  Actions copies;
  if (!tunnel_ofports.empty()) copies.push_back(set_vni(network));
  for (auto ofport : tunnel_ofports) copies.push_back(output(ofport));
  copies.push_back(go(Table::kFlood));
  return {flow(family::kFloodFromNode, with(in_network(network), kFromTunnel, 0), std::move(copies))};
}

}  // namespace weft::fabric
