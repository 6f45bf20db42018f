#pragma once
// Addresses that follow from MACs, in subnets whose hosts make their own (SLAAC, DHCPv6 stateless): every
// port of the network has one of each such subnet. Exempt are router interfaces, whose addresses are chosen,
// and distributed ports, which serve one subnet only.

#include <vector>

#include "model/intent.h"
#include "store/write.h"

namespace weft::ipam {

/// Does this port have an automatic address of this subnet of its network?
bool is_automatic_for(const model::Subnet& subnet, const model::Port& port);

/// The subnets of the port's network of which it has automatic addresses.
std::vector<model::Ref<model::Subnet>> automatic_subnets(const model::Intent& intent,
                                                         const model::Port& port);

/// The port's address there.
model::Address automatic_address(const model::Subnet& subnet, const model::Port& port);

/// Gives the network's ports their addresses of subnets that are new. Commits only while these are the
/// network's ports with these MACs; a port made later is planned with the new subnets
/// (require_same_subnets()).
void give_automatic_addresses(store::Write& write, const model::Intent& intent, const model::Network& network,
                              const std::vector<model::Subnet>& made);

}  // namespace weft::ipam
