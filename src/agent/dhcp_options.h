#pragma once
// The options of an answer: what the client asked for, of what the lease has.

#include "agent/dhcp_lease.h"
#include "net/dhcp4.h"

namespace weft::agent {

/// What the client asked for, in its order; every option once.
std::vector<std::uint8_t> requested_options(const net::DhcpMessage& request, const DhcpLease& lease);

/// Sets in `reply` the requested options that lease or port have, the boot file and its server, and, unless
/// `inform`, the lease's times. Boot file and server name go into the header's fields when they were not
/// asked for as options, because boot loaders look there.
void add_options(net::DhcpMessage& reply, const net::DhcpMessage& request, const DhcpLease& lease,
                 bool inform);

}  // namespace weft::agent
