#pragma once
// Where MACs are that belong to no port: the switch learns it from announcements (ARP, neighbour
// advertisements) into the table `places`, with no agent on the way.

#include "fabric/features/view.h"

namespace weft::fabric {

/// The MAC of the packet at hand is on this port, and the packet goes on from port security. Forgotten
/// with the flow that has these actions.
Actions announce_on(const PortView& port);
/// The same, for what a port says of one of its MACs: its own needs no place.
Actions announced(const PortView& port, const MacAddress& mac);
/// What was announced beyond a port's limit goes nowhere: each node would have to learn it, at a cost for
/// all.
openflow::Flow too_many_macs(const PortView& port);
/// What other nodes announce in a network that has ports here. Forgotten with the network, and with any
/// tunnel of its encapsulation.
Flows announcements_in(NetworkKey network, const Uuid& id);
/// With what the places behind tunnels of a network are marked.
std::uint64_t announcement_cookie(const Uuid& network);

/// How packets find a learned place; the same on every node.
Flows places_pipeline();

}  // namespace weft::fabric
