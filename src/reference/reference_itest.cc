// Random worlds in a real switch: what it does with real packets, its own connection tracker and what it
// learned itself, is what the interpreter says that the flows do.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>

#include "reference/comparison.h"
#include "reference/frame.h"
#include "reference/mutations.h"
#include "reference/switch_node.h"

namespace weft::reference {
namespace {

constexpr std::uint32_t kWorlds = 25;
constexpr int kEventsPerWorld = 60;

/// Worlds to try: WEFT_PROOF_WORLDS from WEFT_PROOF_SEED on, or what every `make test` tries.
std::uint32_t asked(const char* variable, std::uint32_t otherwise) {
  const char* given = std::getenv(variable);
  return given ? static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10)) : otherwise;
}

/// A switch reassembles: a fragment comes with the other one of its packet.
std::vector<Event> with_other_fragment(const Event& event) {
  std::vector<Event> events{event};
  if (!packet_of(event)->ip || packet_of(event)->ip->fragment == Fragment::kWhole) return events;
  auto set = [](Event& one, Fragment fragment) {
    auto* sent = std::get_if<FromPort>(&one);
    (sent ? sent->packet : std::get<FromNode>(one).packet).ip->fragment = fragment;
  };
  events.push_back(event);
  set(events[0], Fragment::kFirst);
  set(events[1], Fragment::kLater);
  return events;
}

template <typename Action>
bool uses(const openflow::Outcome& outcome) {
  auto is_one = [](const openflow::Action& action) { return std::holds_alternative<Action>(action); };
  return std::any_of(outcome.matched.begin(), outcome.matched.end(),
                     [&](const openflow::Flow* flow) { return std::ranges::any_of(flow->actions, is_one); });
}

class RandomWorlds : public SwitchNode {
 protected:
  /// The first difference between a switch and the interpreter of its flows, with a mutation in the latter.
  std::optional<std::string> find_difference(std::uint32_t seed, const Mutation& mutation = {}) {
    const Case events = random_case(seed, kEventsPerWorld);
    const auto world = events.make_world();
    CompiledNode node(*world, mutation);
    clear();
    apply(node.last_change());
    for (const Event& event : events.events) {
      if (const auto* change = std::get_if<Change>(&event)) {
        change->apply(*world);
        node.update();
        apply(node.last_change());
      } else if (auto difference = compare(event, node, *world)) {
        return fmt::format("seed {}, {}", seed, *difference);
      }
    }
    return std::nullopt;
  }

  bool is_found_out(const Mutation& mutation) {
    for (std::uint32_t seed = 1; seed <= kWorlds; ++seed)
      if (find_difference(seed, mutation)) return true;
    return false;
  }

  std::uint64_t packets_compared = 0, sightings_compared = 0;

 private:
  std::optional<std::string> compare(const Event& event, CompiledNode& node, const NodeWorld& world) {
    std::vector<Sightings> each;
    std::vector<net::Frame> frames;
    auto before = node.memory();
    ++mark_;
    bool tracked = false, taught = false;
    for (const Event& one : with_other_fragment(event)) {
      const auto outcome = node.look(one);
      tracked = tracked || uses<openflow::ConnTrack>(outcome);
      taught = taught || uses<openflow::Learn>(outcome);
      note(outcome, *packet_of(one), node.ingress(one), mark_, each.emplace_back());
      frames.push_back(frame_of(*packet_of(one), mark_));
    }
    if (tracked && each.front() != each.back()) {
      // A fragment that lost its other one waits in a tracker, and comes out of it with any packet.
      node.restore(std::move(before));
      return std::nullopt;
    }
    Sightings expected;
    for (const auto& sightings : each) expected.insert(sightings.begin(), sightings.end());
    const auto seen = send(frames, node.ingress(event), node.tunnel_key(event), expected);
    if (taught) forget_decisions();
    packets_compared += frames.size();
    sightings_compared += seen.size();
    if (seen == expected) return std::nullopt;
    return fmt::format("{}\n  interpreter: {}\n  switch: {}", to_text(event, world),
                       fmt::join(expected, ", "), fmt::join(seen, ", "));
  }

  std::uint16_t mark_ = 0;
};

TEST_F(RandomWorlds, ASwitchDoesWithRealPacketsWhatTheInterpreterSays) {
  const auto first = asked("WEFT_PROOF_SEED", 1), worlds = asked("WEFT_PROOF_WORLDS", kWorlds);
  for (auto seed = first; seed < first + worlds; ++seed) {
    const auto difference = find_difference(seed);
    ASSERT_FALSE(difference) << *difference;
  }
  std::printf("%lu packets, %lu sightings\n", packets_compared, sightings_compared);
  if (worlds < kWorlds) return;
  EXPECT_GT(packets_compared, 1000u);
  EXPECT_GT(sightings_compared, packets_compared / 2);
}

TEST_F(RandomWorlds, AnInterpreterOfOtherFlowsIsFoundOut) {
  for (const std::string_view name :
       {"egress rules also used for ingress", "no commit on the way out", "source MAC not checked",
        "ARP sender not checked", "one zone for all receivers"}) {
    const auto known = mutations();
    const auto mutation =
        std::find_if(known.begin(), known.end(), [&](const auto& one) { return one.name == name; });
    ASSERT_NE(mutation, known.end()) << name;
    EXPECT_TRUE(is_found_out(mutation->apply)) << name;
  }
}

}  // namespace
}  // namespace weft::reference
