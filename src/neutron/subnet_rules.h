#pragma once
// What makes a subnet sound: pure checks and defaults, in Neutron's order and words.

#include "base/result.h"
#include "model/network.h"

namespace weft::neutron {

/// The block, usable with DHCP if that is on. Errors: InvalidInput.
Result<void> check_cidr(const IpPrefix& cidr, bool enable_dhcp);
/// What a new subnet's ipv6_ra_mode and ipv6_address_mode demand of each other, of the block and of
/// enable_dhcp. Errors: InvalidInput.
Result<void> check_modes(const model::Subnet& subnet);
/// A subnet with a mode keeps its DHCP. Errors: InvalidInput.
Result<void> check_modes_keep_dhcp(const model::Subnet& after);
/// At most as many nameservers and routes as Neutron takes by default; `subnet` is what the message calls it.
/// Errors: DNSNameServersExhausted, HostRoutesExhausted.
Result<void> check_counts(std::string_view subnet, std::size_t nameservers, std::size_t routes);
/// An address of the block's IP version; `name` is the attribute that names it. Errors: InvalidInput.
Result<void> check_version(const IpPrefix& cidr, std::string_view name, const IpAddress& address);
/// Errors: InvalidInput for IPv4's network or broadcast address, or for another IP version. A gateway outside
/// of the block is fine: IPv6 routers often have link-local addresses.
Result<void> check_gateway(const IpPrefix& cidr, const IpAddress& gateway);
/// Errors: InvalidAllocationPool, OutOfBoundsAllocationPool, OverlappingAllocationPools.
Result<void> check_pools(const IpPrefix& cidr, const std::vector<IpRange>& pools);
/// Errors: GatewayConflictWithAllocationPools.
Result<void> check_gateway_outside(const std::vector<IpRange>& pools, const IpAddress& gateway);

}  // namespace weft::neutron
