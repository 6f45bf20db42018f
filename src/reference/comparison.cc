#include "reference/comparison.h"

#include <fmt/format.h>

#include <algorithm>

#include "reference/random_packets.h"

namespace weft::reference {
namespace {

using MakeWorld = decltype(Case::make_world);

struct Difference {
  std::size_t at = 0;
  std::string model, flows;
};

/// What a port may announce, besides its own MAC.
struct Announcing {
  bool here = false, anything = false;
  std::set<model::AddressPair> pairs;
};

Announcing announcing(const NodeWorld& w, const Uuid& id) {
  const auto port = w.intent().find<model::Port>(id);
  if (!port || !port->admin_state_up || !w.place().plugged.contains(id)) return {};
  Announcing right{.here = true, .anything = !port->port_security_enabled, .pairs = {}};
  for (const auto& pair : port->allowed_address_pairs)
    if (!right.anything && pair.mac && *pair.mac != port->mac) right.pairs.insert(pair);
  return right;
}

/// Places that a port announced are void when it loses any right to announce.
bool is_less(const Announcing& now, const Announcing& before) {
  return now.here < before.here || now.anything != before.anything ||
         !std::includes(now.pairs.begin(), now.pairs.end(), before.pairs.begin(), before.pairs.end());
}

/// Changes the world, and what the model remembers with it.
void apply(const Change& change, NodeWorld& world, Memory& memory) {
  std::map<Uuid, Announcing> before;
  for (const auto& port : world.ports) before[port] = announcing(world, port);
  change.apply(world);
  for (const auto& [port, right] : before)
    if (is_less(announcing(world, port), right)) memory.places.forget(port);
  for (const auto& network : world.networks)
    if (!is_hosted(world.intent(), world.place(), network)) memory.places.forget_network(network);
}

Verdict ask_model(const Event& event, const NodeWorld& world, Memory& memory) {
  const Place place = world.place();
  if (const auto* e = std::get_if<FromPort>(&event))
    return send(world.intent(), place, e->port, e->packet, memory);
  const auto& e = std::get<FromNode>(event);
  return receive(world.intent(), place, e.node, e.network, e.packet, memory);
}

/// Model and flows side by side.
class Comparison {
 public:
  Comparison(const MakeWorld& make_world, const Mutation& mutation)
      : world_(make_world()), node_(*world_, mutation), strict_(!mutation) {}

  std::optional<Difference> step(const Event& event, Tally* tally) {
    if (const auto* change = std::get_if<Change>(&event)) {
      apply(*change, *world_, memory_);
      node_.update();
      if (tally) ++tally->changes;
      return std::nullopt;
    }
    const Verdict expected = ask_model(event, *world_, memory_);
    const Verdict seen = node_.run(event);
    if (tally) count(expected, *tally);
    if (expected == seen) return std::nullopt;
    return Difference{0, to_text(expected, *world_), to_text(seen, *world_)};
  }

  bool equals_fresh() const { return !strict_ || node_.equals_fresh(); }

 private:
  static void count(const Verdict& verdict, Tally& tally) {
    ++tally.packets;
    if (!verdict.delivered.empty() || !verdict.sent_to.empty()) ++tally.passed;
    for (const auto& drop : verdict.drops) ++tally.drops[drop.reason];
    for (const auto request : verdict.to_agent) ++tally.requests[request];
    if (!verdict.answer) return;
    const bool neighbour = verdict.answer->ip && is_advertisement(*verdict.answer->ip);
    ++(verdict.answer->arp ? tally.arp_answers : neighbour ? tally.neighbour_answers : tally.echo_answers);
  }

  std::unique_ptr<NodeWorld> world_;
  CompiledNode node_;
  Memory memory_;
  bool strict_;
};

std::optional<Difference> compare(const MakeWorld& make_world, const std::vector<Event>& events,
                                  const Mutation& mutation, Tally* tally = nullptr) {
  Comparison comparison(make_world, mutation);
  for (std::size_t i = 0; i < events.size(); ++i) {
    auto difference = comparison.step(events[i], tally);
    if (!difference) continue;
    difference->at = i;
    return difference;
  }
  if (comparison.equals_fresh()) return std::nullopt;
  return Difference{events.size() - 1, "flows as compiled afresh", "other flows after the changes"};
}

/// Leaves out every event that the difference does not need.
std::vector<Event> minimise(const MakeWorld& make_world, std::vector<Event> events,
                            const Mutation& mutation) {
  for (std::size_t i = events.size(); i-- > 0;) {
    auto fewer = events;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    if (fewer.empty()) break;
    if (auto difference = compare(make_world, fewer, mutation)) {
      fewer.resize(difference->at + 1);
      events = std::move(fewer);
      i = std::min(i, events.size());
    }
  }
  return events;
}

/// Events are made in a world that changes as they go.
std::vector<Event> random_events(NodeWorld& world, int count, std::mt19937& random) {
  std::vector<Event> events;
  for (int n = 0; n < count; ++n) {
    events.push_back(random_event(world, events, random));
    if (const auto* change = std::get_if<Change>(&events.back())) change->apply(world);
  }
  return events;
}

}  // namespace

std::string last_verdict(const Case& c) {
  const auto world = c.make_world();
  Verdict verdict;
  Memory memory;
  for (const Event& event : c.events) {
    if (const auto* change = std::get_if<Change>(&event))
      apply(*change, *world, memory);
    else
      verdict = ask_model(event, *world, memory);
  }
  return to_text(verdict, *world);
}

bool differ(const Case& c, const Mutation& mutation) {
  return compare(c.make_world, c.events, mutation).has_value();
}

std::optional<std::string> find_difference(const Case& c, const Mutation& mutation, Tally* tally) {
  const auto& [make_world, given] = c;
  auto difference = compare(make_world, given, mutation, tally);
  if (!difference) return std::nullopt;
  std::vector<Event> events(given.begin(), given.begin() + static_cast<std::ptrdiff_t>(difference->at) + 1);
  events = minimise(make_world, std::move(events), mutation);
  difference = compare(make_world, events, mutation);
  std::string text = fmt::format("after {} event(s)\n", events.size());
  const auto world = make_world();
  for (const Event& event : events) text += "  " + to_text(event, *world) + '\n';
  return text + "  model: " + difference->model + "\n  flows: " + difference->flows;
}

Case random_case(std::uint32_t seed, int count) {
  auto make_world = [seed] {
    std::mt19937 random(seed);
    return make_random_world(random);
  };
  std::mt19937 random(seed);
  const auto world = make_random_world(random);
  return {make_world, random_events(*world, count, random)};
}

}  // namespace weft::reference
