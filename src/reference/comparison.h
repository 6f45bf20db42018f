#pragma once
// Runs the same events through the reference model and through compiled flows, and reports the first
// difference.

#include "openflow/flow.h"
#include "reference/random_world.h"

namespace weft::reference {

/// A change of compiled flows that stands for a bug in the compiler.
using Mutation = std::function<std::vector<openflow::Flow>(std::vector<openflow::Flow>)>;

/// Makes a world from `seed`, sends `packets` events through both, and tells the first difference in words,
/// with the smallest list of events that still shows it; nothing when there is none.
std::optional<std::string> find_difference(std::uint32_t seed, int packets, const Mutation& mutation = {});

}  // namespace weft::reference
