#pragma once
// A local port speaks with its own addresses only.

#include "fabric/features/view.h"

namespace weft::fabric {

/// Tables port_security and neighbour_security: what the port may say, and why the rest is dropped.
Flows port_security(const PortView& port);

}  // namespace weft::fabric
