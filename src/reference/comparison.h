#pragma once
// Runs the same events through the reference model and through compiled flows, and reports the first
// difference.

#include "reference/compiled_node.h"

namespace weft::reference {

/// What happens, in a world that can be made again and again.
struct Case {
  std::function<std::unique_ptr<NodeWorld>()> make_world;
  std::vector<Event> events;
};

/// `count` random events in a random world.
Case random_case(std::uint32_t seed, int count);

/// What happened in the events that were compared.
struct Tally {
  std::uint64_t packets = 0, passed = 0, changes = 0;
  std::map<Drop, std::uint64_t> drops;
  std::map<Request, std::uint64_t> requests;
  std::uint64_t arp_answers = 0, neighbour_answers = 0, echo_answers = 0;
};

/// Tells in words the first difference that a case shows, with the smallest list of events that still shows
/// it; nothing when there is none.
std::optional<std::string> find_difference(const Case& c, const Mutation& mutation = {},
                                           Tally* tally = nullptr);
/// The model's verdict on the last packet, in words.
std::string last_verdict(const Case& c);
/// Is there any difference? Quicker than to tell which.
bool differ(const Case& c, const Mutation& mutation);

}  // namespace weft::reference
