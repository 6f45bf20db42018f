#include "reference/lab_world.h"

#include <algorithm>

#include "reference/random_packets.h"

namespace weft::reference {
namespace {

using Rule = model::SecurityGroupRule;

constexpr std::string_view kNodes[] = {"worker1", "worker2", "worker3"};

/// Without what Neutron refuses, and what nobody could hear.
void make_possible(NodeWorld& w) {
  for (const auto& network : w.networks)
    w.world.edit<model::Network>(network, [](model::Network& n) { n.admin_state_up = true; });
  for (const auto& port : w.ports)
    w.world.edit<model::Port>(port, [](model::Port& p) {
      p.admin_state_up = true;
      if (!p.port_security_enabled) p.allowed_address_pairs.clear();
      std::sort(p.allowed_address_pairs.begin(), p.allowed_address_pairs.end());
      const auto end = std::unique(p.allowed_address_pairs.begin(), p.allowed_address_pairs.end());
      p.allowed_address_pairs.erase(end, p.allowed_address_pairs.end());
    });
  std::vector<Uuid> rules;
  for (const auto& [id, rule] : w.intent().all<Rule>()) rules.push_back(id);
  for (const auto& id : rules)
    w.world.edit<Rule>(id, [](Rule& rule) {
      if (rule.ethertype == IpVersion::kV6 && rule.protocol == kIcmp) rule.protocol = kIcmpv6;
      if (!rule.protocol || !model::has_ports(*rule.protocol) || !rule.port_range_min) return;
      rule.port_range_min = std::max(1, *rule.port_range_min);
      rule.port_range_max = std::max(1, *rule.port_range_max);
    });
}

/// A sender asks ARP for another port's address, and its answer tells that all before was seen: every network
/// with ports in the lab has two.
bool is_testable(const NodeWorld& w) {
  return std::all_of(w.networks.begin(), w.networks.end(), [&](const Uuid& network) {
    const auto& ports = w.intent().ports_of(network);
    const auto bound = std::count_if(ports.begin(), ports.end(), [&](const Uuid& id) {
      return !w.intent().find<model::Port>(id)->host.empty();
    });
    return bound != 1;
  });
}

std::vector<Packet> parts_of(const Packet& packet) {
  if (!packet.ip || packet.ip->fragment == Fragment::kWhole) return {packet};
  std::vector<Packet> parts{packet, packet};
  parts[0].ip->fragment = Fragment::kFirst;
  parts[1].ip->fragment = Fragment::kLater;
  return parts;
}

}  // namespace

LabWorld::LabWorld(std::uint32_t seed) : random_(seed) {
  do world_ = make_random_world(random_);
  while (!is_testable(*world_));
  make_possible(*world_);
}

void LabWorld::meet(const Service& service) {
  auto& w = world_->world;
  for (const auto& id : std::vector(world_->distributed)) {
    const auto port = w.intent().find<model::Port>(id);
    const auto subnet = w.intent().find<model::Subnet>(id);
    const bool meant = w.intent().find<model::Network>(port->network)->name == service.network;
    if (!meant || subnet->cidr != service.cidr) continue;
    w.edit<model::Port>(id, [&](model::Port& p) { p.mac = service.mac; });
    w.edit<model::Address>(id, [&](model::Address& address) { address.ip = service.ip; });
  }
}

void LabWorld::look_from(const std::string& node) {
  const auto place = std::find(std::begin(kNodes), std::end(kNodes), node) - std::begin(kNodes);
  world_->node = node;
  world_->tunnel_ip = IpAddress::v4(static_cast<std::uint32_t>(0xc000020b + place));  // 192.0.2.11 of worker1
  world_->local.clear();
  world_->tunnels.clear();
  for (const auto& port : world_->ports)
    if (world_->intent().find<model::Port>(port)->host == node) world_->plug(port);
  std::uint32_t number = 100;
  for (const auto other : kNodes)
    for (auto encapsulation : {model::Encapsulation::kVxlan, model::Encapsulation::kGeneve})
      if (other != node) world_->tunnels.push_back({encapsulation, std::string(other), ++number});
}

Verdict LabWorld::run(const FromPort& sent, const Packet& packet, Memories& memories) {
  const auto port = world_->intent().find<model::Port>(sent.port);
  look_from(port->host);
  Verdict verdict = send(world_->intent(), world_->place(), sent.port, packet, memories[port->host]);
  for (const auto& node : verdict.sent_to) {
    look_from(node);
    const auto there =
        receive(world_->intent(), world_->place(), port->host, port->network, packet, memories[node]);
    verdict.drops.insert(there.drops.begin(), there.drops.end());
    verdict.delivered.insert(there.delivered.begin(), there.delivered.end());
  }
  return verdict;
}

/// Nothing for packets of other nodes, for tagged ones that arrive (a kernel takes the tag off), and for
/// fragments of different fates: one that lost its other one waits in a tracker, out of sight.
std::optional<LabPacket> LabWorld::try_next() {
  look_from(std::string(Dice(random_).pick(kNodes)));
  if (world_->local.empty()) return std::nullopt;
  const Event event = random_event(*world_, events_, random_);
  const auto* sent = std::get_if<FromPort>(&event);
  if (!sent) return std::nullopt;
  LabPacket made{sent->port, parts_of(sent->packet), {}, {}, {}};
  Memories memories = memories_;
  for (const auto& part : made.parts) {
    const auto verdict = run(*sent, part, memories);
    if (&part != &made.parts.front() && verdict != made.verdict) return std::nullopt;
    made.verdict = verdict;
    made.drops.insert(made.drops.end(), verdict.drops.begin(), verdict.drops.end());
  }
  if (sent->packet.tagged && (!made.verdict.delivered.empty() || made.verdict.answer)) return std::nullopt;
  if (made.verdict.to_agent.contains(Request::kTooBig)) {
    Packet small = sent->packet;
    small.length = 0;
    auto would_remember = memories;
    made.credited = run(*sent, small, would_remember).drops;
  }
  memories_ = std::move(memories);
  events_.push_back(event);
  return made;
}

LabPacket LabWorld::next() {
  for (;;)
    if (auto packet = try_next()) return *packet;
}

}  // namespace weft::reference
