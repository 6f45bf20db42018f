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

Bits shift_left(Bits bits, int n) {
  if (n >= 64) return {n == 64 ? bits.lo : bits.lo << (n - 64), 0};
  if (n == 0) return bits;
  return {bits.hi << n | bits.lo >> (64 - n), bits.lo << n};
}

Bits read(const Packet& packet, const SubField& from) {
  return shift_right(value_of(packet, from.field).value_or(Bits()), from.low) & Bits::ones(from.count);
}

void write(Packet& packet, Field field, const Bits& value, const Bits& mask) {
  Bits& target = packet[field];
  target = (target & ~mask) | (value & mask);
}

}  // namespace

std::optional<ConnectionTable::Tuple> ConnectionTable::tuple_of(const Packet& packet) {
  auto field = [&](Field f) { return value_of(packet, f).value_or(Bits()); };
  Tuple tuple;
  switch (field(Field::kEthType).lo) {
    case 0x0800:
      tuple.source = field(Field::kIpv4Src), tuple.destination = field(Field::kIpv4Dst);
      break;
    case 0x86dd:
      tuple.source = field(Field::kIpv6Src), tuple.destination = field(Field::kIpv6Dst);
      break;
    default:
      return std::nullopt;
  }
  tuple.protocol = field(Field::kIpProto).lo;
  for (auto [source, destination] : {std::pair{Field::kTcpSrc, Field::kTcpDst},
                                     {Field::kUdpSrc, Field::kUdpDst},
                                     {Field::kSctpSrc, Field::kSctpDst}})
    if (packet.contains(source))
      tuple.source_port = field(source).lo, tuple.destination_port = field(destination).lo;
  return tuple;
}

std::uint64_t ConnectionTable::state(std::uint16_t zone, const Packet& packet) const {
  auto tuple = tuple_of(packet);
  if (!tuple) return kCtTracked | kCtInvalid;
  auto it = zones_.find(zone);
  if (it != zones_.end() && it->second.contains(*tuple)) return kCtTracked | kCtEstablished;
  if (it != zones_.end() && it->second.contains(tuple->reversed()))
    return kCtTracked | kCtEstablished | kCtReply;
  return kCtTracked | kCtNew;
}

void ConnectionTable::commit(std::uint16_t zone, const Packet& packet) {
  auto tuple = tuple_of(packet);
  if (tuple && !zones_[zone].contains(tuple->reversed())) zones_[zone].insert(*tuple);
}

bool Outcome::reached(std::uint32_t port) const {
  return std::any_of(sent.begin(), sent.end(), [&](const Sent& s) { return s.port == port; });
}

Interpreter::Interpreter(const std::vector<Flow>& flows) : flows_(flows) {
  for (const Flow& flow : flows_) {
    Level& level = tables_[flow.key.table][flow.key.priority];
    (is_conjunctive(flow) ? level.conjunctive : level.plain).push_back(&flow);
  }
}

const Flow* Interpreter::find(std::uint8_t table, const Packet& packet) const {
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

/// One packet's way; `packet` is the working copy that actions change.
struct Interpreter::Run {
  const Interpreter& interpreter;
  ConnectionTable& connections;
  Outcome& outcome;
  Packet packet;
  int depth = 0;

  void look_up(std::uint8_t table) {
    if (++depth > kMaxDepth) {
      outcome.too_deep = true;
      return;
    }
    if (const Flow* flow = interpreter.find(table, packet)) {
      outcome.matched.push_back(flow);
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
    outcome.sent.push_back({port, packet, std::move(userdata)});
  }

  void operator()(const Output& a) { send(a.port); }
  void operator()(const OutputField& a) { send(static_cast<std::uint32_t>(read(packet, a.source).lo)); }
  void operator()(const SetField& a) { write(packet, a.field, a.value, a.mask); }
  void operator()(const Move& a) {
    Bits value = read(packet, a.source);
    write(packet, a.destination.field, shift_left(value, a.destination.low),
          shift_left(Bits::ones(a.destination.count), a.destination.low));
  }
  void operator()(const Resubmit& a) { look_up(a.table); }
  void operator()(const Controller& a) { send(kPortController, a.userdata); }
  void operator()(const CtClear&) {
    for (Field field : {Field::kCtState, Field::kCtZone, Field::kCtMark, Field::kCtLabel})
      packet.erase(field);
  }
  void operator()(const DecTtl&) {
    if (auto ttl = packet.find(Field::kIpTtl); ttl != packet.end() && ttl->second.lo > 0) --ttl->second.lo;
  }
  void operator()(const ConnTrack& a) {
    auto zone = a.zone_from ? static_cast<std::uint16_t>(read(packet, *a.zone_from).lo) : a.zone;
    std::uint64_t state = connections.state(zone, packet);
    if (a.commit && !(state & kCtInvalid)) connections.commit(zone, packet);
    if (!a.recirc_table) return;
    // A copy goes on in the other table with its tracked state; this one goes on as it was.
    Run recirculated{interpreter, connections, outcome, packet, depth};
    recirculated.packet[Field::kCtState] = Bits(state);
    recirculated.packet[Field::kCtZone] = Bits(zone);
    recirculated.look_up(*a.recirc_table);
  }
  void operator()(const Conjunction&) {}
  void operator()(const Group&) {}
  void operator()(const PushVlan&) {}
  void operator()(const PopVlan&) {}
  void operator()(const Learn&) {}
  void operator()(const Opaque&) {}
};

Outcome Interpreter::run(Packet packet, ConnectionTable& connections) const {
  Outcome outcome;
  Run run{*this, connections, outcome, std::move(packet)};
  run.look_up(0);
  return outcome;
}

}  // namespace weft::openflow
