#pragma once
// Packets larger than their network's MTU are dropped where they come from, and answered by the agent.

#include "fabric/features/view.h"

namespace weft::fabric {

/// For a network with this MTU (bytes of IP). No flow compares what no frame exceeds.
Flows network_mtu(NetworkKey network, int mtu);
/// Where a local port's packets that are too big end.
Flows too_big(const PortView& port);

}  // namespace weft::fabric
