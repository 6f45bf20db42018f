#include "reference/random_world.h"

#include <fmt/format.h>

#include <algorithm>

#include "reference/random_services.h"

namespace weft::reference {
namespace {

using model::Direction;
using model::Encapsulation;
using Rule = model::SecurityGroupRule;

constexpr std::string_view kNodes[] = {"worker1", "worker1", "worker1", "worker1", "worker2", "worker3", ""};
constexpr std::string_view kPrefixes[] = {"", "", "10.0.0.0/24", "10.0.0.4/30", "10.0.0.6/32", "0.0.0.0/0"};
constexpr std::string_view kPrefixesV6[] = {"", "", "2001:db8::/64", "2001:db8::4/126", "::/0"};

void add_ports_or_type(Rule& rule, Dice& dice) {
  if (!rule.protocol) return;
  if (model::has_ports(*rule.protocol) && !dice.one_in(3)) {
    const int a = dice.pick(kPortEdges), b = dice.pick(kPortEdges);
    rule.port_range_min = std::min(a, b);
    rule.port_range_max = std::max(a, b);
  } else if (model::is_icmp(*rule.protocol) && !dice.one_in(3)) {
    const bool v4 = rule.ethertype == IpVersion::kV4;
    rule.port_range_min =
        v4 ? dice.pick(std::vector{0, 3, 8, 8, 8, 13}) : dice.pick(std::vector{1, 128, 128, 129});
    if (dice.one_in(3)) rule.port_range_max = dice.below(2);
  }
}

void add_remote(Rule& rule, const NodeWorld& w, Dice& dice) {
  const bool v4 = rule.ethertype == IpVersion::kV4;
  switch (dice.below(7)) {
    case 0:
    case 1:
      rule.remote_group = dice.pick(w.groups);
      return;
    case 2:
      rule.remote_address_group = dice.pick(w.address_groups);
      return;
    default:
      rule.remote_prefix = IpPrefix::parse(v4 ? dice.pick(kPrefixes) : dice.pick(kPrefixesV6));
      return;
  }
}

Rule random_rule(const NodeWorld& w, Dice& dice) {
  Rule rule;
  rule.id = random_id(dice);
  rule.group = dice.one_in(4) ? dice.pick(w.stateless_groups) : dice.pick(w.groups);
  rule.direction = dice.one_in(2) ? Direction::kEgress : Direction::kIngress;
  rule.ethertype = dice.one_in(4) ? IpVersion::kV6 : IpVersion::kV4;
  if (!dice.one_in(4)) rule.protocol = dice.pick(kProtocols);
  if (rule.protocol == kIcmp && rule.ethertype == IpVersion::kV6 && dice.one_in(2)) rule.protocol = kIcmpv6;
  add_ports_or_type(rule, dice);
  add_remote(rule, w, dice);
  return rule;
}

model::AddressPair random_pair(Dice& dice) {
  if (dice.one_in(2)) return {.mac = {}, .ip = *IpPrefix::parse("10.0.0.12/30")};
  const std::string_view ip = dice.one_in(4) ? "2001:db8::c/127" : "10.0.0.15/32";
  return {.mac = dice.one_in(2) ? kSharedMac : kNestedMac, .ip = *IpPrefix::parse(ip)};
}

std::vector<Uuid> random_groups(const NodeWorld& w, Dice& dice) {
  auto from = dice.one_in(4) ? w.stateless_groups : w.groups;
  std::vector<Uuid> groups;
  for (int n = dice.one_in(8) ? 0 : 1 + dice.below(2); n > 0; --n) {
    groups.push_back(dice.pick(from));
    std::erase(from, groups.back());
  }
  return groups;
}

void add_port(NodeWorld& w, Dice& dice, int host) {
  fabric::World::PortSpec port{.name = fmt::format("p{}", host),
                               .network = dice.pick(w.networks),
                               .host = std::string(dice.pick(kNodes)),
                               .port_security = !dice.one_in(6)};
  for (int n = dice.below(3); n > 0; --n) port.pairs.push_back(random_pair(dice));
  if (port.port_security) port.groups = random_groups(w, dice);
  const Uuid id = w.world.port(port);
  add_addresses(w, id, host, dice);
  add_options(w, id, dice);
  w.ports.push_back(id);
  if (dice.one_in(12)) w.world.edit<model::Port>(id, [](model::Port& p) { p.admin_state_up = false; });
  if (dice.one_in(port.host == w.node ? 8 : 15) == (port.host == w.node)) return;
  w.plug(id);
}

model::AddressGroupEntry random_entry(const NodeWorld& w, Dice& dice) {
  const bool v4 = !dice.one_in(4);
  const int length = v4 ? dice.pick(std::vector{24, 30, 31, 32}) : dice.pick(std::vector{64, 127, 128});
  return {.id = random_id(dice),
          .address_group = dice.pick(w.address_groups),
          .prefix = IpPrefix(host_address(1 + dice.below(12), v4), length)};
}

void add_tunnels(NodeWorld& w, Dice& dice) {
  std::uint32_t number = 100;
  for (const char* node : {"worker2", "worker3"})
    for (auto encapsulation : {Encapsulation::kVxlan, Encapsulation::kGeneve})
      if (++number; !dice.one_in(12)) w.tunnels.push_back({encapsulation, node, number});
}

template <typename T>
std::optional<Uuid> any(const NodeWorld& w, Dice& dice) {
  std::vector<Uuid> ids;
  for (const auto& [id, row] : w.intent().all<T>()) ids.push_back(id);
  if (ids.empty()) return std::nullopt;
  std::sort(ids.begin(), ids.end());
  return dice.pick(ids);
}

template <typename T>
Change adding(std::string_view what, const T& row) {
  return {fmt::format("adds {}", what), [row](NodeWorld& w) { w.world.put(row); }};
}

template <typename T>
Change removing(std::string_view what, const NodeWorld& w, Dice& dice) {
  const auto id = any<T>(w, dice);
  return {fmt::format("removes {}", what), [id](NodeWorld& world) {
            if (id) world.world.erase<T>(*id);
          }};
}

std::string name_of(const NodeWorld& w, const Uuid& port) {
  return w.intent().find<model::Port>(port)->name;
}

Change editing(const NodeWorld& w, const Uuid& port, std::string_view what,
               std::function<void(model::Port&)> edit) {
  return {fmt::format("{} has {}", name_of(w, port), what),
          [port, edit = std::move(edit)](NodeWorld& world) { world.world.edit<model::Port>(port, edit); }};
}

Change random_membership(const NodeWorld& w, Dice& dice) {
  const Uuid port = dice.pick(w.ports);
  const auto groups = w.intent().groups_of_port(port);
  const bool stateless = !groups.empty() && !w.intent().find<model::SecurityGroup>(groups.front())->stateful;
  const Uuid group = dice.pick(stateless ? w.stateless_groups : w.groups);
  if (std::find(groups.begin(), groups.end(), group) != groups.end()) return {"nothing", [](NodeWorld&) {}};
  return adding("a member", model::GroupMember{random_id(dice), group, port,
                                               w.intent().find<model::Port>(port)->network});
}

Change random_plugging(const NodeWorld& w, Dice& dice) {
  if (!w.local.empty() && dice.one_in(2)) {
    const Uuid port = dice.pick(w.local).port;
    return {fmt::format("{} is unplugged", name_of(w, port)),
            [port](NodeWorld& world) { world.unplug(port); }};
  }
  const Uuid port = dice.pick(w.ports);
  return {fmt::format("{} is plugged", name_of(w, port)), [port](NodeWorld& world) { world.plug(port); }};
}

}  // namespace

IpAddress host_address(int host, bool v4) {
  return *IpAddress::parse(v4 ? fmt::format("10.0.0.{}", host) : fmt::format("2001:db8::{:x}", host));
}

std::unique_ptr<NodeWorld> make_random_world(std::mt19937& random) {
  Dice dice(random);
  auto made = std::make_unique<NodeWorld>();
  NodeWorld& w = *made;
  w.networks = {w.world.network("blue", Encapsulation::kVxlan, 100),
                w.world.network("green", Encapsulation::kGeneve, 100)};
  for (const auto& network : w.networks) add_subnets(w, network, dice);
  for (const char* name : {"a", "b", "c"}) w.groups.push_back(w.world.group(name));
  for (const char* name : {"x", "y"}) {
    w.stateless_groups.push_back(w.world.group(name));
    w.world.edit<model::SecurityGroup>(w.stateless_groups.back(),
                                       [](auto& group) { group.stateful = false; });
  }
  for (int n = 0; n < 2; ++n) {
    model::AddressGroup group;
    group.id = random_id(dice);
    w.world.put(group);
    w.address_groups.push_back(group.id);
  }
  for (int n = 1 + dice.below(4); n > 0; --n) w.world.put(random_entry(w, dice));
  for (int n = 6 + dice.below(14); n > 0; --n) w.world.put(random_rule(w, dice));
  for (int n = 5 + dice.below(6), host = 1; host <= n; ++host) add_port(w, dice, host);
  add_tunnels(w, dice);
  if (dice.one_in(20))
    w.world.edit<model::Network>(w.networks[1], [](model::Network& n) { n.admin_state_up = false; });
  return made;
}

Change random_change(const NodeWorld& w, Dice& dice) {
  const Uuid port = dice.pick(w.ports);
  switch (dice.below(14)) {
    case 12:
    case 13:
      return random_change_of_services(w, dice);
    case 0:
    case 1:
      return adding("a rule", random_rule(w, dice));
    case 2:
    case 3:
    case 4:
      return removing<Rule>("a rule", w, dice);
    case 5:
      return removing<model::GroupMember>("a member", w, dice);
    case 6:
      return random_membership(w, dice);
    case 7:
      return adding("an address group's entry", random_entry(w, dice));
    case 8:
      return removing<model::AddressGroupEntry>("an address group's entry", w, dice);
    case 9:
      return editing(
          w, port, "other pairs",
          [pairs = dice.one_in(2) ? std::vector<model::AddressPair>{} : std::vector{random_pair(dice)}](
              model::Port& p) { p.allowed_address_pairs = pairs; });
    case 10:
      if (dice.one_in(3))
        return editing(w, port, "another admin state",
                       [](model::Port& p) { p.admin_state_up = !p.admin_state_up; });
      return editing(w, port, "port security switched",
                     [](model::Port& p) { p.port_security_enabled = !p.port_security_enabled; });
    default:
      return random_plugging(w, dice);
  }
}

}  // namespace weft::reference
