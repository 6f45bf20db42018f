#pragma once
// Random packets for the proof: often ones that nearly or just pass.

#include "reference/random_world.h"

namespace weft::reference {

/// What happens next: a packet with own addresses, addresses of others, values at the edges of rules; an
/// answer to an earlier packet, an error about it, or the same again; or a change of the world.
Event random_event(const NodeWorld& world, const std::vector<Event>& earlier, std::mt19937& random);

}  // namespace weft::reference
