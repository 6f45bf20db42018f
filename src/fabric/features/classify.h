#pragma once
// Where a packet comes from.

#include "fabric/features/view.h"

namespace weft::fabric {

Flows classify_port(const PortView& port);
Flows classify_tunnel(const Tunnel& tunnel);

}  // namespace weft::fabric
