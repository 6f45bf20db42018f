#pragma once
// Where a packet comes from.

#include "fabric/features/view.h"

namespace weft::fabric {

Flows classify_port(const PortView& port);
/// A peer's packets, and what its announcements tell of places.
Flows classify_tunnel(const Tunnel& tunnel);

}  // namespace weft::fabric
