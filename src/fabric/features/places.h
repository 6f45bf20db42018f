#pragma once
// Where MACs are that belong to no port: the switch learns it from announcements (ARP, neighbour
// advertisements) into the table `places`, with no agent on the way.

#include "fabric/features/view.h"

namespace weft::fabric {

/// The MAC of the packet at hand is on this port. Forgotten with the flow that has this action.
openflow::Action learn_on_port(const PortView& port);
/// The MAC of the packet at hand is behind this tunnel.
openflow::Action learn_behind(const Tunnel& tunnel);

/// How packets find a learned place; the same on every node.
Flows places_pipeline();

}  // namespace weft::fabric
