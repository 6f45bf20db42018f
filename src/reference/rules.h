#pragma once
// Security groups: may this packet leave its sender, or arrive at its receiver?

#include "model/intent.h"
#include "reference/connections.h"
#include "reference/drop.h"

namespace weft::reference {

/// The policy of one port for a packet that leaves it (kEgress) or arrives at it (kIngress). A connection
/// that it allows is remembered.
std::optional<Drop> check_policy(const model::Intent& intent, const model::Port& port,
                                 model::Direction direction, const Packet& packet, Connections& connections);

}  // namespace weft::reference
