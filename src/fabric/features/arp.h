#pragma once
// The node answers ARP requests of local ports for every port that it knows of.

#include "fabric/features/view.h"

namespace weft::fabric {

/// Answers for one bound port, here or elsewhere.
Flows arp_answers(const PortView& port);
/// A local port that asks for an address of its own gets no answer from the node.
Flows arp_own_addresses(const PortView& port);

}  // namespace weft::fabric
