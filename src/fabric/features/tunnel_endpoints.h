#pragma once
// Tunnels end where the underlay is, never inside a network.

#include "fabric/build.h"
#include "net/ip.h"

namespace weft::fabric {

/// Drops packets of a network that are for an end of this node's tunnels. A userspace switch unpacks whatever
/// it sends to an interface with an address, if it looks like a tunnel's packet for it; a kernel takes such
/// packets from any interface. So one network could speak in another.
Flows guard_tunnel_endpoints(const std::vector<IpAddress>& tunnel_ips);

}  // namespace weft::fabric
