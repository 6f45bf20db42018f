#include "openflow/interpreter.h"

#include <algorithm>

namespace weft::openflow {
namespace {

constexpr int kMaxDepth = 64;  // as OVS's resubmit limit

bool starts_at_zero(Field field) {
  return field >= Field::kReg0 && field <= Field::kCtLabel;
}

std::optional<Bits> value_of(const Packet& packet, Field field) {
  auto it = packet.find(field);
  if (it != packet.end()) return it->second;
  if (starts_at_zero(field)) return Bits();
  return std::nullopt;
}

bool matches(const Match& match, const Packet& packet) {
  return std::all_of(match.entries().begin(), match.entries().end(), [&](const auto& entry) {
    auto value = value_of(packet, entry.first);
    return value && (*value & entry.second.mask) == entry.second.value;
  });
}

bool is_conjunctive(const Flow& flow) {
  return !flow.actions.empty() &&
         std::all_of(flow.actions.begin(), flow.actions.end(),
                     [](const Action& action) { return std::holds_alternative<Conjunction>(action); });
}

/// Ids of the conjunctions all of whose clauses are among `flows`.
std::set<std::uint32_t> satisfied(const std::vector<const Flow*>& flows) {
  std::map<std::uint32_t, std::pair<std::set<int>, int>> seen;
  for (const Flow* flow : flows)
    for (const Action& action : flow->actions) {
      const auto& conjunction = std::get<Conjunction>(action);
      auto& [clauses, count] = seen[conjunction.id];
      clauses.insert(conjunction.clause);
      count = conjunction.clauses;
    }
  std::set<std::uint32_t> ids;
  for (const auto& [id, state] : seen)
    if (static_cast<int>(state.first.size()) == state.second) ids.insert(id);
  return ids;
}

Bits shift_right(Bits bits, int n) {
  if (n >= 64) return {0, n == 64 ? bits.hi : bits.hi >> (n - 64)};
  if (n == 0) return bits;
  return {bits.hi >> n, bits.lo >> n | bits.hi << (64 - n)};
}

Bits read(const Packet& packet, const SubField& from) {
  return shift_right(value_of(packet, from.field).value_or(Bits()), from.low) & Bits::ones(from.count);
}

void write(Packet& packet, Field field, const Bits& value, const Bits& mask) {
  Bits& target = packet[field];
  target = (target & ~mask) | (value & mask);
}

Bits mask_of(const SubField& part) {
  return Bits::ones(part.count) << part.low;
}

/// The flow that a learn action makes of a packet.
Flow lesson(const Learn& a, const Packet& packet) {
  Flow flow{.key = {.table = a.table, .priority = a.priority}, .cookie = a.cookie};
  for (const auto& [from, to] : a.match) {
    const auto* before = flow.key.match.find(to.field);
    const auto entry = before ? *before : Match::Entry();
    flow.key.match.set_masked(to.field, entry.value | read(packet, from) << to.low, entry.mask | mask_of(to));
  }
  for (const auto& [from, to] : a.copies)
    flow.actions.push_back(SetField{to.field, read(packet, from) << to.low, mask_of(to)});
  for (const auto& [to, value] : a.loads)
    flow.actions.push_back(SetField{to.field, (Bits(value) << to.low) & mask_of(to), mask_of(to)});
  return flow;
}

}  // namespace

bool Outcome::reached(std::uint32_t port) const {
  return std::any_of(sent.begin(), sent.end(), [&](const Sent& s) { return s.port == port; });
}

Interpreter::Interpreter(std::vector<Flow> flows) : flows_(std::move(flows)) {
  for (const Flow& flow : flows_) {
    Level& level = tables_[flow.key.table][flow.key.priority];
    (is_conjunctive(flow) ? level.conjunctive : level.plain).push_back(&flow);
  }
}

const Flow* Interpreter::find(std::uint8_t table, const Packet& packet, const LearnedFlows& learned) const {
  const Flow* given = find_given(table, packet);
  const Flow* taught = learned.find(table, [&](const Flow& flow) { return matches(flow.key.match, packet); });
  if (!given || !taught) return given ? given : taught;
  return taught->key.priority > given->key.priority ? taught : given;
}

const Flow* Interpreter::find_given(std::uint8_t table, const Packet& packet) const {
  auto levels = tables_.find(table);
  if (levels == tables_.end()) return nullptr;
  for (const auto& [priority, level] : levels->second) {
    for (const Flow* flow : level.plain)
      if (matches(flow->key.match, packet)) return flow;
    std::vector<const Flow*> hits;
    std::copy_if(level.conjunctive.begin(), level.conjunctive.end(), std::back_inserter(hits),
                 [&](const Flow* flow) { return matches(flow->key.match, packet); });
    for (std::uint32_t id : satisfied(hits)) {
      Packet with_id = packet;
      with_id[Field::kConjId] = Bits(id);
      for (const Flow* flow : level.plain)
        if (matches(flow->key.match, with_id)) return flow;
    }
  }
  return nullptr;
}

/// What is one for all parts of a packet's way.
struct Interpreter::Trip {
  const Interpreter& interpreter;
  ConnectionTable& connections;
  const LearnedFlows& learned;
  const TrackerView& view;
  Outcome outcome;
  std::vector<std::pair<Flow, std::uint32_t>> lessons;  ///< with their limits
};

/// One part of a packet's way, up to the end or a recirculation; `packet` is the working copy that actions
/// change.
struct Interpreter::Run {
  Trip& trip;
  Packet packet;
  int depth = 0;

  void look_up(std::uint8_t table) {
    if (++depth > kMaxDepth) {
      trip.outcome.too_deep = true;
      return;
    }
    if (const Flow* flow = trip.interpreter.find(table, packet, trip.learned)) {
      trip.outcome.matched.push_back(flow);
      for (const Action& action : flow->actions) std::visit(*this, action);
    }
    --depth;
  }

  void send(std::uint32_t port, std::vector<std::uint8_t> userdata = {}) {
    bool back = Bits(port) == value_of(packet, Field::kInPort);
    if (port == kPortInPort)
      port = static_cast<std::uint32_t>(packet[Field::kInPort].lo);
    else if (back)
      return;  // a switch never outputs to the ingress port by its number
    trip.outcome.sent.push_back({port, packet, std::move(userdata)});
  }

  void operator()(const Output& a) { send(a.port); }
  void operator()(const OutputField& a) { send(static_cast<std::uint32_t>(read(packet, a.source).lo)); }
  void operator()(const SetField& a) { write(packet, a.field, a.value, a.mask); }
  void operator()(const Move& a) {
    Bits value = read(packet, a.source);
    write(packet, a.destination.field, value << a.destination.low, mask_of(a.destination));
  }
  void operator()(const Resubmit& a) { look_up(a.table); }
  void operator()(const Controller& a) { send(kPortController, a.userdata); }
  void operator()(const CheckPktLarger& a) {
    const Bits larger(trip.view.size > a.size ? 1 : 0);
    write(packet, a.result.field, larger << a.result.low, mask_of(a.result));
  }
  void operator()(const CtClear&) { clear_tracked_fields(packet); }
  void operator()(const DecTtl&) {
    if (auto ttl = packet.find(Field::kIpTtl); ttl != packet.end() && ttl->second.lo > 0) --ttl->second.lo;
  }
  void operator()(const ConnTrack& a) {
    using Commit = ConnectionTable::Commit;
    auto zone = a.zone_from ? static_cast<std::uint16_t>(read(packet, *a.zone_from).lo) : a.zone;
    Commit commit = a.force ? Commit::kForce : a.commit ? Commit::kYes : Commit::kNo;
    auto tracked = trip.connections.track(zone, packet, trip.view, commit);
    if (a.recirc_table) {
      Run recirculated{trip, packet, depth};
      set_tracked_fields(recirculated.packet, zone, tracked);
      recirculated.look_up(*a.recirc_table);
    }
    // Only the copy in the other table is tracked; this one goes on as if it never was.
    clear_tracked_fields(packet);
  }
  void operator()(const Learn& a) {
    Flow flow = lesson(a, packet);
    if (a.result) {
      const Bits room(trip.learned.has_room(flow, a.limit) ? 1 : 0);
      write(packet, a.result->field, room << a.result->low, mask_of(*a.result));
    }
    trip.lessons.emplace_back(std::move(flow), a.limit);
  }
  void operator()(const Conjunction&) {}
  void operator()(const Group&) {}
  void operator()(const PushVlan&) {}
  void operator()(const PopVlan&) {}
  void operator()(const Opaque&) {}
};

Outcome Interpreter::run(Packet packet, ConnectionTable& connections, LearnedFlows& learned,
                         const TrackerView& view) const {
  Trip trip{*this, connections, learned, view, {}, {}};
  Run{trip, std::move(packet)}.look_up(0);
  for (auto& [flow, limit] : trip.lessons) learned.learn(std::move(flow), limit);
  return std::move(trip.outcome);
}

Outcome Interpreter::run(Packet packet, ConnectionTable& connections) const {
  LearnedFlows nothing;
  return run(std::move(packet), connections, nothing);
}

}  // namespace weft::openflow
