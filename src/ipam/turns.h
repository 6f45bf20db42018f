#pragma once
// Who goes first. Ports don't wait for each other, so of a network where they are made all the time, the
// writer of one subnet could lose race after race. It then asks for its turn: the network's `subnet_serial`
// below zero.

#include "store/store.h"

namespace weft::ipam {

/// Lost races after which the writer of a subnet asks for its turn, and asks again.
inline constexpr int kTriesBeforeTurn = 3;

/// Has the writer of a subnet asked for its turn?
bool has_asked_for_turn(const model::Network& network);

/// Asks the writers of the network's ports to wait. Those who don't know yet lose their races by it. Lost to
/// another writer, it may be asked again.
Task<void> ask_for_turn(store::Store& store, Uuid network);

/// Waits a moment while the writer of a subnet of one of these networks has asked for its turn: until it is
/// done, or for half a second, because it may have died.
asio::awaitable<void> let_subnets_go_first(store::Store& store, std::vector<Uuid> networks);

}  // namespace weft::ipam
