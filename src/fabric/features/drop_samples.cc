#include "fabric/features/drop_samples.h"

#include "fabric/packet_in.h"

namespace weft::fabric {
namespace {

openflow::Action copy_to_agent() {
  return openflow::Controller{.userdata = {static_cast<std::uint8_t>(PacketInKind::kDrop)},
                              .max_length = kDropSampleBytes,
                              .meter_id = kDropMeter};
}

}  // namespace

Flows sample_all_drops() {
  return {flow(family::kSampled, {}, {copy_to_agent()})};
}

Flows sample_drops_of(std::uint32_t ofport) {
  return {flow(family::kSampled, on_port(ofport), {copy_to_agent()}),
          flow(family::kSampled, with({}, kOutPort, ofport), {copy_to_agent()})};
}

Flows sample_drops_of(NetworkKey network, const MacAddress& mac) {
  const openflow::Match there = with({}, kNetworkField, network.value);
  openflow::Match from = there, to = there;
  from.set(openflow::Field::kEthSrc, mac);
  to.set(openflow::Field::kEthDst, mac);
  return {flow(family::kSampled, from, {copy_to_agent()}), flow(family::kSampled, to, {copy_to_agent()})};
}

}  // namespace weft::fabric
