#pragma once
// Security groups on tracked connections, both directions. Flows number ports + rules + members, never a
// product: a port asks the rules of each of its groups; rules match the group's key; a remote group is a
// conjunction of the rules that name it and the addresses of its members.

#include "fabric/features/view.h"
#include "model/security.h"

namespace weft::fabric {

/// The same on every node.
Flows policy_pipeline();

/// What a local port asks for a new connection.
Flows policy_of_port(const PortView& port);

/// One rule of the group with key `group`. `remote` is the key of its remote group, if it has one. Nothing
/// for a rule that the switch can't check (ports of a protocol whose ports it can't see): it then allows
/// nothing.
Flows policy_of_rule(const model::SecurityGroupRule& rule, std::uint32_t group, std::uint32_t remote);

/// Where the two clauses of a remote group meet.
Flows policy_of_remote_group(std::uint32_t remote, model::Direction direction);

/// One address (or allowed prefix) of one member of a remote group.
Flows policy_of_member(NetworkKey network, const IpPrefix& address, std::uint32_t remote,
                       model::Direction direction);

}  // namespace weft::fabric
