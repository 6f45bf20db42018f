#pragma once
// The node answers neighbour solicitations of local ports (RFC 4861) for every port that it knows of.

#include "fabric/features/view.h"

namespace weft::fabric {

/// The same on every node.
Flows neighbour_answers_pipeline();
/// Answers for one port, here or elsewhere: its fixed addresses, and the link-local one of its MAC.
Flows neighbour_answers(const PortView& port);
/// A local port that asks for an address of its own gets no answer from the node.
Flows neighbour_own_addresses(const PortView& port);

}  // namespace weft::fabric
