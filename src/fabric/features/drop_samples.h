#pragma once
// Copies of dropped packets to the agent, for those who follow drops.

#include <vector>

#include "fabric/features/view.h"

namespace weft::fabric {

/// Every dropped packet.
Flows sample_all_drops();
/// Packets that a local port sent or should have received.
Flows sample_drops_of(std::uint32_t ofport);
/// Packets from or to a MAC of a network: a port elsewhere, or one that the lookup never reached.
Flows sample_drops_of(NetworkKey network, const MacAddress& mac);

}  // namespace weft::fabric
