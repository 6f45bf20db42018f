#pragma once
// Network and MAC to a port or a tunnel; floods; the port's own door (tables l2_lookup, placement, flood,
// arrival, output).

#include "fabric/features/view.h"

namespace weft::fabric {

/// The same on every node.
Flows l2_pipeline();

Flows l2_local(const PortView& port);
/// A port behind `tunnel`. Frames from a tunnel never go back into one.
Flows l2_remote(const PortView& port, const Tunnel& tunnel);
/// A port that is administratively down.
Flows l2_down(const PortView& port);
/// A port that has no interface on its node, or whose node has no tunnel.
Flows l2_absent(const PortView& port);

Flows flood_to_ports(NetworkKey network, const std::vector<std::uint32_t>& ofports);
Flows flood_to_nodes(NetworkKey network, const std::vector<std::uint32_t>& tunnel_ofports);

}  // namespace weft::fabric
