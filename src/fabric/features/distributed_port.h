#pragma once
// The port of a subnet with DHCP that is on every node and on none: nodes answer for it.

#include "fabric/features/view.h"

namespace weft::fabric {

/// ARP, neighbour solicitations and ping of local ports are answered; anything else for its MAC is dropped.
Flows distributed_port(const PortView& port);

}  // namespace weft::fabric
