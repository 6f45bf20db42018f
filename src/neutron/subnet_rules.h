#pragma once
// What makes a subnet sound: pure checks and defaults, in Neutron's order and words.

#include "base/result.h"
#include "model/network.h"

namespace weft::neutron {

/// The block, usable with DHCP if that is on. Errors: InvalidInput.
Result<void> check_cidr(const IpPrefix& cidr, bool enable_dhcp);
/// Errors: InvalidInput for the network's or the broadcast address, or for another IP version.
Result<void> check_gateway(const IpPrefix& cidr, const IpAddress& gateway);
/// Errors: InvalidAllocationPool, OutOfBoundsAllocationPool, OverlappingAllocationPools.
Result<void> check_pools(const IpPrefix& cidr, const std::vector<IpRange>& pools);
/// Errors: GatewayConflictWithAllocationPools.
Result<void> check_gateway_outside(const std::vector<IpRange>& pools, const IpAddress& gateway);
/// All host addresses but the gateway.
std::vector<IpRange> default_pools(const IpPrefix& cidr, const std::optional<IpAddress>& gateway);
/// The first and the last address that a host may have.
IpRange host_range(const IpPrefix& cidr);

}  // namespace weft::neutron
