#pragma once
// Which MTUs a network may have.

#include "base/result.h"
#include "model/network.h"

namespace weft::ipam {

/// The most that fits into a packet of the network between the nodes, whose tunnels run over IP `overlay`.
int largest_mtu(model::Encapsulation encapsulation, int underlay_mtu, IpVersion overlay);

/// The least that hosts of a subnet of this version can do with (RFC 791: 68; RFC 8200: 1280).
int smallest_mtu(IpVersion version);

/// Errors: NetworkMTUSubnetConflict (409).
Result<void> check_mtu_for(IpVersion subnet, const model::Network& network);

}  // namespace weft::ipam
