#pragma once
// Policy of ports: whom a packet of a port asks, in both directions (docs/design/0004). Flows number ports +
// rules + members, never a product: a port asks the rules of each of its groups (security_group_rules.h).

#include "fabric/features/view.h"

namespace weft::fabric {

/// The same on every node.
Flows policy_pipeline();

/// What a local port asks for each packet, and where its packets end.
Flows policy_of_port(const PortView& port);

}  // namespace weft::fabric
