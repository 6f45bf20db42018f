#include "reference/comparison.h"

#include <fmt/format.h>

#include <algorithm>

#include "reference/random_packets.h"

namespace weft::reference {
namespace {

struct Difference {
  std::size_t at = 0;
  std::string model, flows;
};

/// What a port may call its own: when that changes, its announcements are void.
struct Identity {
  bool here = false, secure = false;
  std::vector<model::AddressPair> pairs;
  bool operator==(const Identity&) const = default;
};

std::map<Uuid, Identity> identities(const NodeWorld& w) {
  std::map<Uuid, Identity> identities;
  const auto plugged = w.place().plugged;
  for (const auto& id : w.ports)
    if (const auto port = w.intent().find<model::Port>(id))
      identities[id] = {plugged.contains(id) && port->admin_state_up, port->port_security_enabled,
                        port->allowed_address_pairs};
  return identities;
}

/// Model and flows side by side.
class Comparison {
 public:
  Comparison(const MakeWorld& make_world, const Mutation& mutation)
      : world_(make_world()), place_(world_->place()), node_(*world_, mutation), strict_(!mutation) {}

  std::optional<Difference> step(const Event& event, Tally* tally) {
    if (const auto* change = std::get_if<Change>(&event)) return apply(*change, tally);
    const Verdict expected = ask_model(event);
    const Verdict seen = node_.run(event);
    if (tally) count(expected, *tally);
    if (expected == seen) return std::nullopt;
    return Difference{0, to_text(expected), to_text(seen)};
  }

  bool equals_fresh() const { return !strict_ || node_.equals_fresh(); }

 private:
  Verdict ask_model(const Event& event) {
    if (const auto* e = std::get_if<FromPort>(&event))
      return send(world_->intent(), place_, e->port, e->packet, memory_);
    const auto& e = std::get<FromNode>(event);
    return receive(world_->intent(), place_, e.node, e.network, e.packet, memory_);
  }

  std::optional<Difference> apply(const Change& change, Tally* tally) {
    const auto before = identities(*world_);
    change.apply(*world_);
    place_ = world_->place();
    for (const auto& [port, identity] : identities(*world_))
      if (before.at(port) != identity) memory_.places.forget(port);
    node_.update();
    if (tally) ++tally->changes;
    return std::nullopt;
  }

  static void count(const Verdict& verdict, Tally& tally) {
    ++tally.packets;
    if (!verdict.delivered.empty() || !verdict.sent_to.empty()) ++tally.passed;
    for (const auto& drop : verdict.drops) ++tally.drops[drop.reason];
  }

  std::unique_ptr<NodeWorld> world_;
  Place place_;
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

std::optional<std::string> find_difference(const MakeWorld& make_world, const std::vector<Event>& given,
                                           const Mutation& mutation, Tally* tally) {
  auto difference = compare(make_world, given, mutation, tally);
  if (!difference) return std::nullopt;
  std::vector<Event> events(given.begin(), given.begin() + static_cast<std::ptrdiff_t>(difference->at) + 1);
  events = minimise(make_world, std::move(events), mutation);
  difference = compare(make_world, events, mutation);
  std::string text = fmt::format("after {} event(s)\n", events.size());
  for (const Event& event : events) text += "  " + to_text(event) + '\n';
  return text + "  model: " + difference->model + "\n  flows: " + difference->flows;
}

std::optional<std::string> find_difference(std::uint32_t seed, int count, const Mutation& mutation,
                                           Tally* tally) {
  auto make_world = [seed] {
    std::mt19937 random(seed);
    return make_random_world(random);
  };
  std::mt19937 random(seed);
  const auto world = make_random_world(random);
  const auto difference = find_difference(make_world, random_events(*world, count, random), mutation, tally);
  return difference ? std::optional(fmt::format("seed {}: {}", seed, *difference)) : std::nullopt;
}

}  // namespace weft::reference
