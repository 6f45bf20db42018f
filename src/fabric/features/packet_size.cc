#include "fabric/features/packet_size.h"

#include "fabric/packet_in.h"

namespace weft::fabric {
namespace {

constexpr int kEthernetHeader = 14;
constexpr int kLargestFrame = 0xffff;

}  // namespace

Flows network_mtu(NetworkKey network, int mtu) {
  const int frame = mtu + kEthernetHeader;
  if (mtu <= 0 || frame >= kLargestFrame) return {};
  Flows flows;
  for (auto version : kIpVersions) {
    const openflow::CheckPktLarger check{static_cast<std::uint16_t>(frame), kTooBig.bits()};
    flows.push_back(flow(family::kNetworkMtu, ip(with({}, kNetworkField, network.value), version),
                         {check, go(Table::kOversized)}));
  }
  return flows;
}

Flows too_big(const PortView& port) {
  openflow::Flow dropping = drop(family::kTooBig, with(on_port(port.ofport), kTooBig, 1));
  const openflow::Controller to_agent{.userdata = {static_cast<std::uint8_t>(PacketInKind::kTooBig)},
                                      .max_length = kTooBigBytes,
                                      .meter_id = too_big_meter(port.ofport)};
  dropping.actions.insert(dropping.actions.begin(), to_agent);
  return {dropping};
}

}  // namespace weft::fabric
