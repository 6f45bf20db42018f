#pragma once
// DHCP requests of local ports go to the agent.

#include "fabric/features/view.h"

namespace weft::fabric {

/// For a network that has a subnet with DHCP.
Flows dhcp_requests(NetworkKey network);

}  // namespace weft::fabric
