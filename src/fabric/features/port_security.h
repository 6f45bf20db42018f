#pragma once
// A local port speaks with its own addresses only.

#include "fabric/features/view.h"

namespace weft::fabric {

Flows port_security(const PortView& port);

}  // namespace weft::fabric
