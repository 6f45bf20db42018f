#pragma once
// What writes of networks, ports and subnets ask of each other.

#include <optional>

#include "model/intent.h"
#include "store/write.h"

namespace weft::ipam {

/// If-Match: errors: RevisionNumberConstraintFailed (kConflict).
Result<void> check_revision(std::optional<std::int64_t> wanted, std::int64_t current);

/// Commits only while the network has the MTU that was looked at.
void require_same_mtu(store::Write& write, const model::Network& network);

/// Commits only while the network has the subnets that were looked at. Writers of ports don't hinder each
/// other by it: only making a subnet changes what is asked for.
void require_same_subnets(store::Write& write, const model::Network& network);

/// The same, for the one who makes subnets: others will see that there are more. Ends the turn that somebody
/// has asked for (turns.h).
void change_subnets(store::Write& write, const model::Network& network);

/// A port changed in its addresses only: whoever changes the port itself at the same time has to look again.
void count_revision(store::Write& write, const model::Port& port);

/// Removes a port with everything that refers to it, as far as the intent shows it.
void remove_port(store::Write& write, const model::Intent& intent, const Uuid& port);

}  // namespace weft::ipam
