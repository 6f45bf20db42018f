#include "fabric/features/places.h"

namespace weft::fabric {
namespace {

using openflow::Field;
using openflow::SubField;

// A place is refreshed by every announcement. One that was not for so long may be wrong; its packets flood
// again.
constexpr std::uint16_t kForgetAfter = 300;  // seconds
// What nests behind one port; what all other nodes announce in one network.
constexpr std::uint32_t kPlacesOfPort = 256, kPlacesOfNetwork = 4096;
constexpr std::uint16_t kPriority = 100;
constexpr std::uint64_t kHere = 1, kThere = 2;
constexpr std::uint64_t kNoRoom = 2;  // the result of learning is the lower bit

openflow::Learn learn(std::uint64_t cookie, std::uint32_t limit, std::uint64_t placed) {
  constexpr SubField kSource{Field::kEthSrc, 0, 48}, kDestination{Field::kEthDst, 0, 48};
  constexpr SubField kFrom{Field::kInPort, 0, 16};
  return {.table = number(Table::kPlaces),
          .priority = kPriority,
          .hard_timeout = kForgetAfter,
          .cookie = cookie,
          .limit = limit,
          .match = {{kNetworkField.bits(), kNetworkField.bits()}, {kSource, kDestination}},
          .copies = {{kFrom, kOutPort.bits()}},
          .loads = {{kPlaced.bits(), placed}}};
}

}  // namespace

Actions announce_on(const PortView& port) {
  openflow::Learn lesson = learn(cookie_of({ObjectKind::kPort, port.port->id, {}}), kPlacesOfPort, kHere);
  lesson.result = SubField{kAnnouncing.field(), kAnnouncing.low, 1};
  return {load(kAnnouncing, kNoRoom), lesson, go(Table::kPacketSize)};
}

Actions announced(const PortView& port, const MacAddress& mac) {
  if (mac == port.port->mac) return {go(Table::kPacketSize)};
  return announce_on(port);
}

openflow::Flow too_many_macs(const PortView& port) {
  return drop(family::kTooManyMacs, with(on_port(port.ofport), kAnnouncing, kNoRoom));
}

std::uint64_t announcement_cookie(const Uuid& network) {
  return cookie_of({ObjectKind::kNetwork, network, {}});
}

Flows announcements_in(NetworkKey network, const Uuid& id) {
  return {flow(family::kAnnouncement, with({}, kNetworkField, network.value),
               {learn(announcement_cookie(id), kPlacesOfNetwork, kThere), go(Table::kL2Lookup)})};
}

Flows places_pipeline() {
  const SubField vni{kNetworkField.field(), kNetworkField.low, kVniBits};
  return {
      flow(family::kUnknownMac, {},
           {openflow::Resubmit{number(Table::kPlaces)}, openflow::Resubmit{number(Table::kPlacement)}}),
      flow(family::kPlacedHere, with({}, kPlaced, kHere), {go(Table::kArrival)}),
      flow(family::kPlacedThere, with(with({}, kPlaced, kThere), kFromTunnel, 0),
           {set(Field::kTunId, 0), openflow::Move{vni, {Field::kTunId, 0, kVniBits}},
            openflow::OutputField{kOutPort.bits()}}),
  };
}

}  // namespace weft::fabric
