#pragma once
// Where a packet comes from.

#include "fabric/features/view.h"

namespace weft::fabric {

Flows classify_port(const PortView& port);
/// A peer's packets; its announcements also tell of places.
Flows classify_tunnel(const Tunnel& tunnel);

}  // namespace weft::fabric
