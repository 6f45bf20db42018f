#pragma once
// Runs the same events through the reference model and through compiled flows, and reports the first
// difference.

#include "reference/compiled_node.h"

namespace weft::reference {

/// Makes the same world each time that it is called.
using MakeWorld = std::function<std::unique_ptr<NodeWorld>()>;

/// What happened in the events that were compared.
struct Tally {
  std::uint64_t packets = 0, passed = 0, changes = 0;
  std::map<Drop, std::uint64_t> drops;
};

/// Tells in words the first difference that the events show, with the smallest list of events that still
/// shows it; nothing when there is none.
std::optional<std::string> find_difference(const MakeWorld& make_world, const std::vector<Event>& events,
                                           const Mutation& mutation = {}, Tally* tally = nullptr);

/// The same for `count` random events in a random world.
std::optional<std::string> find_difference(std::uint32_t seed, int count, const Mutation& mutation = {},
                                           Tally* tally = nullptr);

}  // namespace weft::reference
