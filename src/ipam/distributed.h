#pragma once
// The port of a subnet with DHCP whose address and MAC every node answers for (docs/design/0005).

#include "ipam/ports.h"

namespace weft::ipam {

/// A distributed port for a subnet, which need not be in the intent yet. Its address: EUI-64 where addresses
/// are automatic; else in IPv4 the last free one of the pools (addresses chosen by hand mostly come from the
/// beginning), in IPv6 the first. Errors: kConflict IpAddressGenerationFailure; kNotFound NetworkNotFound.
Result<PortRows> plan_distributed_port(const model::Intent& intent, const store::AddressClaims& under_way,
                                       const model::Subnet& subnet);

/// The address that a subnet's distributed port can have. Errors: kConflict IpAddressGenerationFailure.
Result<model::Address> plan_distributed_address(const model::Intent& intent,
                                                const store::AddressClaims& under_way,
                                                const model::Subnet& subnet, const model::Port& port);

/// Fails for distributed ports. Errors: kConflict ServicePortInUse, naming the subnet and what to do.
Result<void> check_may_delete(const model::Port& port);
Result<void> check_may_update(const model::Port& port);

/// Fails for what has the owner of a distributed port. Errors: kInvalid InvalidInput.
Result<void> check_ordinary(const model::Port& wanted);

}  // namespace weft::ipam
