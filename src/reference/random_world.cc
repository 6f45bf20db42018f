#include "reference/random_world.h"

#include <fmt/format.h>

namespace weft::reference {
namespace {

using model::Direction;
using model::Encapsulation;

class Dice {
 public:
  explicit Dice(std::mt19937& random) : random_(random) {}
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  bool one_in(int n) { return below(n) == 0; }
  template <typename T>
  const T& pick(const std::vector<T>& from) {
    return from[static_cast<std::size_t>(below(static_cast<int>(from.size())))];
  }

 private:
  std::mt19937& random_;
};

const std::vector<std::string> kNodes = {"worker1", "worker1", "worker1", "worker2", "worker3", ""};
const std::vector<std::string> kPrefixes = {"", "", "10.0.0.0/24", "10.0.0.4/30", "10.0.0.6/32", "0.0.0.0/0"};
const std::vector<std::string> kPrefixesV6 = {"", "", "2001:db8::/64", "2001:db8::4/126"};
const std::vector<int> kProtocols = {1, 6, 6, 17, 17, 4, 47, 132, 58};
const std::vector<int> kPortEdges = {0, 21, 22, 23, 79, 80, 81, 443, 8000, 8001, 65534, 65535};

IpAddress host_address(int host, bool v4) {
  return *IpAddress::parse(v4 ? fmt::format("10.0.0.{}", host) : fmt::format("2001:db8::{:x}", host));
}

void add_rule(RandomWorld& w, Dice& dice, const Uuid& group) {
  const bool v4 = !dice.one_in(4);
  fabric::World::RuleSpec rule{.direction = dice.one_in(2) ? Direction::kEgress : Direction::kIngress,
                               .ethertype = v4 ? IpVersion::kV4 : IpVersion::kV6};
  if (!dice.one_in(4)) rule.protocol = dice.pick(kProtocols);
  if (v4 && rule.protocol == 58) rule.protocol = 1;  // the API refuses ICMPv6 in an IPv4 rule
  if (rule.protocol && model::has_ports(*rule.protocol) && !dice.one_in(3)) {
    int a = dice.pick(kPortEdges), b = dice.pick(kPortEdges);
    rule.port_min = std::min(a, b);
    rule.port_max = std::max(a, b);
  } else if (rule.protocol && model::is_icmp(*rule.protocol) && dice.one_in(2)) {
    rule.port_min = dice.pick(std::vector<int>{0, 3, 8, 128});
    if (dice.one_in(2)) rule.port_max = dice.below(2);
  }
  if (dice.one_in(2))
    rule.remote = dice.pick(w.groups);
  else
    rule.prefix = dice.pick(v4 ? kPrefixes : kPrefixesV6);
  w.world.rule(group, rule);
}

void add_port(RandomWorld& w, Dice& dice, int host) {
  fabric::World::PortSpec port{.name = fmt::format("p{}", host),
                               .network = dice.pick(w.networks),
                               .addresses = {host_address(host, true).to_string()},
                               .host = dice.pick(kNodes),
                               .port_security = !dice.one_in(6)};
  if (dice.one_in(2)) port.addresses.push_back(host_address(host, false).to_string());
  if (dice.one_in(4)) port.pairs.push_back({.mac = {}, .ip = *IpPrefix::parse("10.0.0.12/30")});
  if (dice.one_in(6))
    port.pairs.push_back(
        {.mac = MacAddress::from_u64(0xfa163e00aa01), .ip = *IpPrefix::parse("10.0.0.15/32")});
  for (int n = dice.below(3); port.port_security && n > 0; --n) {
    const Uuid& group = dice.pick(w.groups);
    if (std::find(port.groups.begin(), port.groups.end(), group) == port.groups.end())
      port.groups.push_back(group);
  }
  const Uuid id = w.world.port(port);
  w.ports.push_back(id);
  if (dice.one_in(12)) w.world.edit<model::Port>(id, [](model::Port& p) { p.admin_state_up = false; });
  if (port.host != w.place.node || dice.one_in(8)) return;
  w.place.plugged.insert(id);
  const auto ofport = static_cast<std::uint32_t>(10 + host);
  w.local.push_back(
      {.port = id, .interface = port.name, .ofport = ofport, .zone = static_cast<std::uint16_t>(ofport)});
}

IpAddress any_address(const RandomWorld& w, Dice& dice, bool v4) {
  if (dice.one_in(12)) return *IpAddress::parse(v4 ? "192.0.2.9" : "2001:db8:9::9");
  if (v4 && dice.one_in(6)) return host_address(12 + dice.below(4), true);
  return host_address(1 + dice.below(static_cast<int>(w.ports.size()) + 1), v4);
}

MacAddress mac_of_someone(const RandomWorld& w, Dice& dice) {
  if (dice.one_in(10)) return MacAddress::from_u64(0xfa163e00aa01);
  if (dice.one_in(12)) return MacAddress::from_u64(0x020000000001);
  return w.world.mac_of(dice.pick(w.ports));
}

IpAddress own_address(const RandomWorld& w, Dice& dice, const Uuid& port, bool v4) {
  for (const auto& address : w.world.intent().fixed_ips(port))
    if (address.ip.is_v4() == v4) return address.ip;
  return any_address(w, dice, v4);
}

Packet::Ip random_ip(const RandomWorld& w, Dice& dice, const std::optional<Uuid>& sender) {
  const bool v4 = !dice.one_in(4);
  Packet::Ip ip{
      .source = sender && !dice.one_in(5) ? own_address(w, dice, *sender, v4) : any_address(w, dice, v4),
      .destination = any_address(w, dice, v4),
      .protocol = dice.pick(kProtocols)};
  if (ip.protocol == 6 || ip.protocol == 17 || ip.protocol == 132) {
    ip.source_port = 1024 + dice.below(3);
    ip.destination_port = dice.pick(kPortEdges);
  } else if (model::is_icmp(ip.protocol)) {
    ip.icmp_type = ip.protocol == 1 ? dice.pick(std::vector<int>{0, 3, 8})
                                    : dice.pick(std::vector<int>{1, 128, 134, 135, 143});
    ip.icmp_code = dice.below(2);
  }
  if (dice.one_in(15))
    ip.protocol = 17, ip.source_port = 68, ip.destination_port = 67, ip.icmp_type = ip.icmp_code = 0;
  if (dice.one_in(25))
    ip.protocol = 17, ip.source_port = 67, ip.destination_port = 68, ip.icmp_type = ip.icmp_code = 0;
  if (v4 && ip.destination_port == 67 && dice.one_in(2))
    ip.source = IpAddress(), ip.destination = IpAddress::v4(0xffffffff);
  return ip;
}

Packet::Arp random_arp(const RandomWorld& w, Dice& dice, const std::optional<Uuid>& sender,
                       const MacAddress& mac) {
  Packet::Arp arp{.operation = 1 + dice.below(2),
                  .sender_mac = dice.one_in(8) ? mac_of_someone(w, dice) : mac,
                  .sender_ip = sender && !dice.one_in(5) ? own_address(w, dice, *sender, true)
                                                         : any_address(w, dice, true),
                  .target_ip = any_address(w, dice, true)};
  if (dice.one_in(10)) arp.sender_ip = IpAddress();
  return arp;
}

/// The answer to an earlier packet, from whoever has its destination address.
std::optional<Event> answer_to(const RandomWorld& w, const Event& event, Dice& dice) {
  if (!event.packet.ip) return std::nullopt;
  Event answer = event;
  std::swap(answer.packet.eth_src, answer.packet.eth_dst);
  std::swap(answer.packet.ip->source, answer.packet.ip->destination);
  std::swap(answer.packet.ip->source_port, answer.packet.ip->destination_port);
  if (answer.packet.ip->protocol == 1) answer.packet.ip->icmp_type = 0;
  auto owner = w.world.intent().port_by_mac(event.network, answer.packet.eth_src);
  if (!owner) return std::nullopt;
  answer.sender.reset();
  if (w.place.plugged.contains(owner->id)) answer.sender = owner->id;
  if (dice.one_in(6) && answer.packet.ip->destination_port > 0) --answer.packet.ip->destination_port;
  return answer;
}

}  // namespace

RandomWorld::RandomWorld(std::mt19937& random) {
  Dice dice(random);
  networks = {world.network("blue", Encapsulation::kVxlan, 100),
              world.network("green", Encapsulation::kGeneve, 100)};
  for (const auto& network : networks) world.subnet(network, "10.0.0.0/24", !dice.one_in(4));
  for (const char* name : {"a", "b", "c"}) groups.push_back(world.group(name));
  for (int n = 3 + dice.below(10); n > 0; --n) add_rule(*this, dice, dice.pick(groups));
  for (int n = 5 + dice.below(6), host = 1; host <= n; ++host) add_port(*this, dice, host);
  for (const char* node : {"worker2", "worker3"}) {
    const auto at = static_cast<std::uint32_t>(100 + tunnels.size());
    tunnels.push_back({Encapsulation::kVxlan, node, at});
    tunnels.push_back({Encapsulation::kGeneve, node, at + 1});
  }
  if (dice.one_in(20))
    world.edit<model::Network>(networks[1], [](model::Network& n) { n.admin_state_up = false; });
}

Event random_event(const RandomWorld& w, const std::vector<Event>& earlier, std::mt19937& random) {
  Dice dice(random);
  if (!earlier.empty() && dice.one_in(3))
    if (auto answer = answer_to(w, dice.pick(earlier), dice)) return *answer;

  Event event{.sender = {}, .network = dice.pick(w.networks), .packet = {}};
  if (!w.local.empty() && !dice.one_in(4)) event.sender = dice.pick(w.local).port;
  if (event.sender) event.network = w.world.intent().find<model::Port>(*event.sender)->network;
  Packet& packet = event.packet;
  packet.eth_src = event.sender && !dice.one_in(8) ? w.world.mac_of(*event.sender) : mac_of_someone(w, dice);
  packet.eth_dst = dice.one_in(5) ? MacAddress::broadcast() : mac_of_someone(w, dice);
  packet.tagged = dice.one_in(40);
  const int kind = dice.below(10);
  if (kind < 2)
    packet.arp = random_arp(w, dice, event.sender, packet.eth_src);
  else if (kind < 9)
    packet.ip = random_ip(w, dice, event.sender);
  return event;
}

}  // namespace weft::reference
