#pragma once
// Copies of dropped packets to the agent, for those who follow drops.

#include <vector>

#include "fabric/features/view.h"

namespace weft::fabric {

/// Every dropped packet.
Flows sample_all_drops();
/// Packets that a local port sent or should have received.
Flows sample_drops_of(std::uint32_t ofport);

}  // namespace weft::fabric
