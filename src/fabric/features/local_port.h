#pragma once
// A port of this node: its way through all tables.

#include "fabric/features/view.h"

namespace weft::fabric {

/// Beside what every node has of the port (answers for its addresses).
Flows local_port(const PortView& port);

}  // namespace weft::fabric
