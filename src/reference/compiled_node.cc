#include "reference/compiled_node.h"

#include <algorithm>

#include "fabric/families.h"
#include "fabric/packet_in.h"
#include "fabric/registers.h"

namespace weft::reference {
namespace {

using openflow::Bits;
using openflow::Field;

std::uint64_t value(const openflow::Packet& packet, const fabric::RegisterField& field) {
  const auto found = packet.find(field.field());
  return found == packet.end() ? 0 : found->second.lo >> field.low & ((1ULL << field.count) - 1);
}

/// The model's word for a reason of the compiler's: they have one name.
std::optional<Drop> reason_named(std::string_view name) {
  for (int n = 0; n <= static_cast<int>(kLastDrop); ++n)
    if (to_string(static_cast<Drop>(n)) == name) return static_cast<Drop>(n);
  return std::nullopt;
}

bool is_sample(const openflow::Outcome::Sent& sent) {
  return !sent.userdata.empty() &&
         sent.userdata.front() == static_cast<std::uint8_t>(fabric::PacketInKind::kDrop);
}

/// The meter of the flow that sent a packet to the agent.
std::uint32_t meter_of(const openflow::Outcome& outcome, const openflow::Outcome::Sent& sent) {
  for (const auto* flow : outcome.matched)
    for (const auto& action : flow->actions)
      if (const auto* up = std::get_if<openflow::Controller>(&action); up && up->userdata == sent.userdata)
        return up->meter_id;
  return 0;
}

/// What the agent is asked. Through a meter that is not the port's own, it is something else.
Request request(const openflow::Outcome::Sent& sent, const openflow::Outcome& outcome,
                std::uint32_t ingress) {
  using fabric::PacketInKind;
  const bool too_big = sent.userdata.at(0) == static_cast<std::uint8_t>(PacketInKind::kTooBig);
  const auto meter = too_big ? fabric::too_big_meter(ingress) : fabric::request_meter(ingress);
  if (meter_of(outcome, sent) != meter) return Request::kNone;
  switch (static_cast<PacketInKind>(sent.userdata.at(0))) {
    case PacketInKind::kDhcp:
      return Request::kDhcp;
    case PacketInKind::kDhcp6:
      return Request::kDhcp6;
    case PacketInKind::kRouterSolicitation:
      return Request::kRouterSolicitation;
    case PacketInKind::kTooBig:
      return Request::kTooBig;
    case PacketInKind::kDrop:
      break;
  }
  return Request::kNone;
}

std::vector<const openflow::Flow*> dropping_flows(const openflow::Outcome& outcome) {
  std::vector<const openflow::Flow*> flows;
  for (const auto* flow : outcome.matched) {
    const auto family = fabric::family_of(flow->key.table, flow->key.priority);
    if (family && family->drop != fabric::Drop::kNone) flows.push_back(flow);
  }
  return flows;
}

}  // namespace

CompiledNode::CompiledNode(NodeWorld& world, Mutation mutation)
    : world_(world),
      mutation_(std::move(mutation)),
      compiler_(world.intent(), {.name = world.node, .tunnel_ips = {world.tunnel_ip}}) {
  compiler_.watch_drops({.all = true, .ports = {}});
  for (const auto& tunnel : world.tunnels) compiler_.add_tunnel(tunnel);
  update();
}

void CompiledNode::update() {
  plug_what_changed();
  compiler_.intent_changed(world_.world.take_changes());
  last_change_ = compiler_.compile();
  for (auto cookie : last_change_.forget) memory_.learned.forget(cookie);
  if (interpreter_ && last_change_.empty()) return;
  interpreter_ = std::make_unique<openflow::Interpreter>(mutation_ ? mutation_(compiler_.desired())
                                                                   : compiler_.desired());
}

void CompiledNode::plug_what_changed() {
  std::map<Uuid, fabric::LocalPort> now;
  for (const auto& port : world_.local) now[port.port] = port;
  for (const auto& [id, port] : plugged_)
    if (!now.contains(id)) compiler_.unplug(id);
  for (const auto& [id, port] : now)
    if (!plugged_.contains(id)) compiler_.plug(port);
  plugged_ = std::move(now);
}

bool CompiledNode::equals_fresh() const {
  fabric::Compiler fresh(world_.intent(), {.name = world_.node, .tunnel_ips = {world_.tunnel_ip}});
  fresh.watch_drops({.all = true, .ports = {}});
  for (const auto& tunnel : world_.tunnels) fresh.add_tunnel(tunnel);
  for (const auto& port : world_.local) fresh.plug(port);
  fresh.compile();
  return fresh.desired() == compiler_.desired();
}

std::uint32_t CompiledNode::ingress(const Event& event) const {
  if (const auto* e = std::get_if<FromPort>(&event)) {
    const auto port = plugged_.find(e->port);
    return port == plugged_.end() ? 9 : port->second.ofport;  // 9: an interface without a port
  }
  const auto& from = std::get<FromNode>(event);
  const auto network = world_.intent().find<model::Network>(from.network);
  for (const auto& tunnel : world_.tunnels)
    if (tunnel.node == from.node && tunnel.encapsulation == network->encapsulation) return tunnel.ofport;
  return 9;
}

std::uint64_t CompiledNode::tunnel_key(const Event& event) const {
  const auto* e = std::get_if<FromNode>(&event);
  return e ? static_cast<std::uint64_t>(world_.intent().find<model::Network>(e->network)->vni) : 0;
}

openflow::Outcome CompiledNode::look(const Event& event) {
  openflow::Packet fields = to_fields(*packet_of(event));
  fields[Field::kInPort] = ingress(event);
  if (const auto key = tunnel_key(event)) fields[Field::kTunId] = key;
  return interpreter_->run(fields, memory_.connections, memory_.learned, to_view(*packet_of(event)));
}

Verdict CompiledNode::run(const Event& event) {
  Verdict verdict;
  note(look(event), event, verdict);
  return verdict;
}

void CompiledNode::note(const openflow::Outcome& outcome, const Event& event, Verdict& verdict) const {
  auto dropping = dropping_flows(outcome);
  std::reverse(dropping.begin(), dropping.end());
  for (const auto& sent : outcome.sent) {
    if (sent.port == openflow::kPortController && is_sample(sent)) {
      static const openflow::Flow kNone;
      verdict.drops.insert(dropped(sent.packet, dropping.empty() ? kNone : *dropping.back(), event));
      if (!dropping.empty()) dropping.pop_back();
    } else if (sent.port == openflow::kPortController) {
      verdict.to_agent.insert(request(sent, outcome, ingress(event)));
    } else if (std::holds_alternative<FromPort>(event) && sent.port == ingress(event)) {
      verdict.answer = answer_from(sent.packet, *packet_of(event));
    } else {
      note_sent(sent, event, verdict);
    }
  }
}

void CompiledNode::note_sent(const openflow::Outcome::Sent& sent, const Event& event,
                             Verdict& verdict) const {
  for (const auto& [id, port] : plugged_)
    if (port.ofport == sent.port) verdict.delivered.insert(id);
  const auto* e = std::get_if<FromPort>(&event);
  if (!e) return;
  const auto network =
      world_.intent().find<model::Network>(world_.intent().find<model::Port>(e->port)->network);
  for (const auto& tunnel : world_.tunnels) {
    if (tunnel.ofport != sent.port) continue;
    const bool right = tunnel.encapsulation == network->encapsulation &&
                       sent.packet.at(Field::kTunId).lo == static_cast<std::uint64_t>(network->vni);
    verdict.sent_to.insert(right ? tunnel.node : "a wrong network at " + tunnel.node);
  }
}

/// The reason is in the sample; the one to blame is the sender, or the port that `out_port` names. The flow
/// that dropped must be that port's own, since its counter is the port's.
Dropped CompiledNode::dropped(const openflow::Packet& sample, const openflow::Flow& by,
                              const Event& event) const {
  const auto* info = fabric::drop_info(value(sample, fabric::kDropReason));
  const auto reason = info ? reason_named(info->name) : std::nullopt;
  const auto family = fabric::family_of(by.key.table, by.key.priority);
  if (!reason || !family || family->drop != info->reason) return {};
  Dropped dropped{*reason, {}};
  if (info->side == fabric::DropSide::kSender && std::holds_alternative<FromPort>(event))
    dropped.port = std::get<FromPort>(event).port;
  for (const auto& [id, port] : plugged_)
    if (info->side == fabric::DropSide::kReceiver && port.ofport == value(sample, fabric::kOutPort))
      dropped.port = id;
  if (!dropped.port || mutation_) return dropped;
  const auto owners = compiler_.owners(by.key);
  const bool owned = std::any_of(owners.begin(), owners.end(), [&](const fabric::Owner& owner) {
    return owner.kind == fabric::ObjectKind::kPort && owner.id == *dropped.port;
  });
  return owned ? dropped : Dropped{};
}

}  // namespace weft::reference
