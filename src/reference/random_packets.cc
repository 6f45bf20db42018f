#include "reference/random_packets.h"

#include <algorithm>

namespace weft::reference {
namespace {

using Rule = model::SecurityGroupRule;

/// A place where a packet comes from: a port, or a network at another node.
struct Origin {
  std::optional<Uuid> port;
  std::string node;
  Uuid network;
};

Event event_of(const Origin& origin, Packet packet) {
  if (origin.port) return FromPort{*origin.port, std::move(packet)};
  return FromNode{origin.node, origin.network, std::move(packet)};
}

class PacketMaker {
 public:
  PacketMaker(const NodeWorld& w, Dice& dice, Origin origin)
      : w_(w), dice_(dice), origin_(std::move(origin)) {}

  Packet make() {
    packet_.eth_src = origin_.port && !dice_.one_in(8) ? own_mac() : mac_of_someone();
    packet_.eth_dst = dice_.one_in(6) ? MacAddress::broadcast() : mac_of_someone();
    packet_.tagged = dice_.one_in(40);
    if (origin_.port && dice_.one_in(60)) packet_.eth_src = MacAddress::from_u64(0x01005e000001);
    const int kind = dice_.below(24);
    if (kind < 4)
      add_arp();
    else if (kind < 8)
      add_neighbour_discovery();
    else if (kind < 21)
      add_ip();
    else if (kind < 23)
      add_service_request();
    if (dice_.one_in(6)) add_length();
    return packet_;
  }

 private:
  /// The port's own MAC, or one of its pairs.
  MacAddress own_mac() {
    const auto port = w_.intent().find<model::Port>(*origin_.port);
    if (port->allowed_address_pairs.empty() || !dice_.one_in(3)) return port->mac;
    return dice_.pick(port->allowed_address_pairs).mac.value_or(port->mac);
  }

  MacAddress mac_of_someone() {
    if (dice_.one_in(6)) return dice_.one_in(2) ? kSharedMac : kNestedMac;
    if (!w_.distributed.empty() && dice_.one_in(8)) return w_.world.mac_of(dice_.pick(w_.distributed));
    return w_.world.mac_of(dice_.pick(w_.ports));
  }

  IpAddress any_address(bool v4) {
    if (dice_.one_in(12)) return *IpAddress::parse(v4 ? "192.0.2.9" : "2001:db8:9::9");
    if (dice_.one_in(8))
      if (const auto served = served_address(v4)) return *served;
    if (!v4 && dice_.one_in(2))
      if (const auto address = address_of(dice_.pick(w_.ports))) return *address;
    if (dice_.one_in(6)) return host_address(12 + dice_.below(4), v4);
    return host_address(1 + dice_.below(static_cast<int>(w_.ports.size()) + 1), v4);
  }

  /// An IPv6 address of a port.
  std::optional<IpAddress> address_of(const Uuid& port) {
    auto addresses = w_.intent().fixed_ips(port);
    std::erase_if(addresses, [](const auto& address) { return address.ip.is_v4(); });
    return addresses.empty() ? std::nullopt : std::optional(dice_.pick(addresses).ip);
  }

  /// Of a distributed port, with the MAC where it shall be the destination.
  std::optional<IpAddress> served_address(bool v4, MacAddress* mac = nullptr) {
    if (w_.distributed.empty()) return std::nullopt;
    const Uuid port = dice_.pick(w_.distributed);
    for (const auto& address : w_.intent().fixed_ips(port)) {
      if (address.ip.is_v4() != v4) continue;
      if (mac) *mac = w_.world.mac_of(port);
      return v4 || !dice_.one_in(3) ? address.ip : link_local_of(w_.world.mac_of(port));
    }
    return std::nullopt;
  }

  static IpAddress link_local_of(const MacAddress& mac) {
    const auto& m = mac.bytes;
    return IpAddress::v6({0xfe, 0x80, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(m[0] ^ 2), m[1], m[2], 0xff,
                          0xfe, m[3], m[4], m[5]});
  }

  /// Mostly one that the sender may use with its MAC.
  IpAddress source_address(bool v4) {
    if (!v4 && dice_.one_in(4)) return link_local_of(dice_.one_in(5) ? mac_of_someone() : packet_.eth_src);
    if (!origin_.port || dice_.one_in(6)) return any_address(v4);
    const auto port = w_.intent().find<model::Port>(*origin_.port);
    std::vector<IpAddress> own;
    if (packet_.eth_src == port->mac)
      for (const auto& address : w_.intent().fixed_ips(port->id)) own.push_back(address.ip);
    for (const auto& pair : port->allowed_address_pairs)
      if (pair.mac.value_or(port->mac) == packet_.eth_src) own.push_back(pair.ip.last());
    std::erase_if(own, [&](const IpAddress& ip) { return ip.is_v4() != v4; });
    return own.empty() ? any_address(v4) : dice_.pick(own);
  }

  /// An address of the receiver, or any.
  IpAddress destination_address(bool v4) {
    const auto receiver = w_.intent().port_by_mac(origin_.network, packet_.eth_dst);
    if (receiver && !dice_.one_in(3))
      for (const auto& address : w_.intent().fixed_ips(receiver->id))
        if (address.ip.is_v4() == v4) return address.ip;
    return any_address(v4);
  }

  void add_arp() {
    Packet::Arp arp{.operation = 1 + dice_.below(2),
                    .sender_mac = dice_.one_in(8) ? mac_of_someone() : packet_.eth_src,
                    .sender_ip = source_address(true),
                    .target_ip = any_address(true)};
    if (dice_.one_in(4)) arp.target_ip = source_address(true);
    if (dice_.one_in(8)) arp.sender_ip = IpAddress();
    if (dice_.one_in(2)) packet_.eth_dst = MacAddress::broadcast();
    packet_.arp = arp;
  }

  void add_neighbour_discovery() {
    Packet::Ip ip{.source = source_address(false),
                  .destination = destination_address(false),
                  .protocol = kIcmpv6,
                  .icmp_type = 135 + dice_.below(2),
                  .icmp_code = dice_.one_in(15)};
    if (dice_.one_in(4)) ip.source = IpAddress::v6({});
    if (dice_.one_in(15)) ip.fragment = dice_.one_in(2) ? Fragment::kFirst : Fragment::kLater;
    packet_.ip = ip;
    if (dice_.one_in(15)) ip.hop_limit = dice_.one_in(2) ? 254 : 64;
    auto& target = packet_.neighbour.target;
    auto& link_layer = packet_.neighbour.link_layer;
    target = dice_.one_in(2) ? any_address(false) : source_address(false);
    if (dice_.one_in(4)) target = link_local_of(mac_of_someone());
    if (dice_.one_in(15)) target = IpAddress::v6({});
    packet_.neighbour.nonce = !dice_.one_in(3);
    if (!dice_.one_in(3)) link_layer = dice_.one_in(4) ? mac_of_someone() : packet_.eth_src;
  }

  void add_ip() {
    const bool v4 = !dice_.one_in(4);
    Packet::Ip ip{.source = source_address(v4),
                  .destination = destination_address(v4),
                  .protocol = dice_.pick(kProtocols)};
    const Rule* rule = dice_.one_in(3) ? nullptr : rule_in_question(v4);
    if (rule && rule->protocol) ip.protocol = *rule->protocol;
    if (rule && !dice_.one_in(4)) aim(ip, *rule);
    // The tracker can't tell the directions of a connection with oneself.
    if (ip.source == ip.destination) ip.destination = ip.destination.next();
    if (ip.protocol == kIcmp && !v4) ip.protocol = kIcmpv6;
    if (ip.protocol == kTcp || ip.protocol == kUdp || ip.protocol == kSctp) {
      ip.source_port = 1024 + dice_.below(3);
      ip.destination_port = rule && rule->port_range_min ? port_near(*rule) : dice_.pick(kPortEdges);
    } else if (is_icmp(ip)) {
      ip.icmp_type = v4 ? dice_.pick(std::vector{0, 3, 8, 8, 8, 9, 13, 13, 14, 15})
                        : dice_.pick(std::vector{0, 1, 128, 128, 129, 130, 131, 133, 134, 137, 143});
      if (rule && rule->port_range_min && rule->protocol == ip.protocol) ip.icmp_type = *rule->port_range_min;
      ip.icmp_code = dice_.one_in(8);
      if (!v4 && ip.icmp_type >= 130 && dice_.one_in(2)) ip.source = IpAddress::v6({});
    }
    if (dice_.one_in(10)) make_dhcp(ip);
    if (v4 && dice_.one_in(30)) make_tunnelled(ip);
    if (dice_.one_in(8) && !is_dhcp_request(ip) && !is_dhcp_answer(ip))
      ip.fragment = dice_.one_in(2) ? Fragment::kFirst : Fragment::kLater;
    if (!v4 && dice_.one_in(8)) hide_details(ip);
    packet_.ip = ip;
  }

  /// What the node serves: configuration, and pings of its own addresses.
  void add_service_request() {
    const bool v4 = dice_.one_in(2);
    Packet::Ip ip{.source = source_address(v4), .destination = destination_address(v4)};
    if (dice_.one_in(2)) {
      make_dhcp(ip);
    } else if (!v4 && dice_.one_in(2)) {
      ip.protocol = kIcmpv6;
      ip.icmp_type = 133;
      ip.icmp_code = dice_.one_in(15);
      ip.destination = *IpAddress::parse("ff02::2");
      if (dice_.one_in(3)) ip.source = IpAddress::v6({});
    } else {
      ip.protocol = v4 ? kIcmp : kIcmpv6;
      ip.icmp_type = v4 ? 8 : 128;
      ip.icmp_code = dice_.one_in(15);
      if (const auto served = served_address(v4, dice_.one_in(6) ? nullptr : &packet_.eth_dst))
        ip.destination = *served;
    }
    if (dice_.one_in(15)) ip.hop_limit = dice_.one_in(2) ? 254 : 64;
    if (dice_.one_in(15)) ip.fragment = dice_.one_in(2) ? Fragment::kFirst : Fragment::kLater;
    packet_.ip = ip;
  }

  /// About the network's MTU. Fragments, and packets that hide what they are, are small.
  void add_length() {
    if (packet_.ip && (packet_.ip->fragment != Fragment::kWhole || packet_.ip->protocol == 0)) return;
    const int mtu = w_.intent().find<model::Network>(origin_.network)->mtu;
    packet_.length = mtu + dice_.pick(std::vector{-4, -1, 0, 0, 1, 1, 4, 10, 14, 15, 28});
  }

  /// Only extension headers are in the packet, with or without the last one's word on what follows.
  void hide_details(Packet::Ip& ip) {
    ip.source_port = ip.destination_port = ip.icmp_type = ip.icmp_code = 0;
    ip.fragment = Fragment::kFirst;
    if (!dice_.one_in(3)) return;
    ip.protocol = 0;
    ip.fragment = Fragment::kWhole;  // the switch does not look further
  }

  /// A rule that may have to decide about the packet.
  const Rule* rule_in_question(bool v4) {
    std::vector<const Rule*> rules;
    const auto receiver = w_.intent().port_by_mac(origin_.network, packet_.eth_dst);
    if (origin_.port) add_rules(*origin_.port, model::Direction::kEgress, v4, rules);
    if (receiver) add_rules(receiver->id, model::Direction::kIngress, v4, rules);
    if (rules.empty()) return nullptr;
    std::sort(rules.begin(), rules.end(), [](const Rule* a, const Rule* b) { return a->id < b->id; });
    return dice_.pick(rules);
  }

  void add_rules(const Uuid& port, model::Direction direction, bool v4, std::vector<const Rule*>& rules) {
    for (const auto& group : w_.intent().groups_of_port(port))
      for (const auto& id : w_.intent().rules_of(group)) {
        const auto rule = w_.intent().find<Rule>(id);
        if (rule->direction == direction && (rule->ethertype == IpVersion::kV4) == v4)
          rules.push_back(rule.get());
      }
  }

  /// Gives the packet a remote address that the rule may mean; what ports send keeps its source.
  void aim(Packet::Ip& ip, const Rule& rule) {
    std::vector<IpAddress> remotes;
    if (rule.remote_prefix && rule.remote_prefix->length() >= 24)
      remotes = {rule.remote_prefix->first(), rule.remote_prefix->last()};
    if (rule.remote_group)
      for (const auto& id : w_.intent().memberships_of_group(*rule.remote_group))
        for (const auto& address : w_.intent().fixed_ips(w_.intent().find<model::GroupMember>(id)->port))
          remotes.push_back(address.ip);
    if (rule.remote_address_group)
      for (const auto& id : w_.intent().entries_of(*rule.remote_address_group))
        remotes.push_back(w_.intent().find<model::AddressGroupEntry>(id)->prefix.last());
    std::erase_if(remotes, [&](const IpAddress& remote) { return remote.version() != rule.ethertype; });
    std::sort(remotes.begin(), remotes.end());
    if (remotes.empty()) return;
    if (rule.direction == model::Direction::kEgress) ip.destination = dice_.pick(remotes);
    if (rule.direction == model::Direction::kIngress && !origin_.port) ip.source = dice_.pick(remotes);
  }

  /// At an edge of the rule's range, or just outside.
  int port_near(const Rule& rule) {
    const int at =
        dice_.one_in(2) ? *rule.port_range_min : rule.port_range_max.value_or(*rule.port_range_min);
    return dice_.one_in(3) ? std::clamp(at - 1 + dice_.below(3), 0, 65535) : at;
  }

  /// Nearly or just for the node's own end of a tunnel.
  void make_tunnelled(Packet::Ip& ip) {
    ip.protocol = kUdp;
    ip.source_port = 1024;
    ip.destination_port = dice_.pick(std::vector{4789, 4789, 6081, 4790});
    if (!dice_.one_in(3)) ip.destination = w_.tunnel_ip;
  }

  void make_dhcp(Packet::Ip& ip) {
    const bool v4 = is_v4(ip), answer = dice_.one_in(2);
    ip.protocol = kUdp;
    ip.icmp_type = ip.icmp_code = 0;
    ip.source_port = v4 ? 68 : 546;
    ip.destination_port = v4 ? 67 : 547;
    if (answer) std::swap(ip.source_port, ip.destination_port);
    if (!v4 || answer || dice_.one_in(2)) return;
    ip.source = IpAddress();
    if (!dice_.one_in(4)) ip.destination = IpAddress::v4(0xffffffff);
  }

  const NodeWorld& w_;
  Dice& dice_;
  Origin origin_;
  Packet packet_;
};

/// Who a packet with this source comes from; nothing when nobody has the MAC.
std::optional<Origin> origin_of(const NodeWorld& w, const Uuid& network, const MacAddress& mac) {
  const auto owner = w.intent().port_by_mac(network, mac);
  if (!owner) return std::nullopt;
  if (w.place().plugged.contains(owner->id)) return Origin{owner->id, {}, network};
  for (const auto& tunnel : w.tunnels)
    if (tunnel.node == owner->host &&
        tunnel.encapsulation == w.intent().find<model::Network>(network)->encapsulation)
      return Origin{{}, tunnel.node, network};
  return std::nullopt;
}

Uuid network_of(const NodeWorld& w, const Event& event) {
  if (const auto* e = std::get_if<FromPort>(&event)) return w.intent().find<model::Port>(e->port)->network;
  return std::get<FromNode>(event).network;
}

/// An answer to an earlier packet, from whoever it was sent to.
std::optional<Event> answer_to(const NodeWorld& w, const Event& event, Dice& dice) {
  Packet packet = *packet_of(event);
  if (!packet.ip || is_neighbour_or_listener(*packet.ip)) return std::nullopt;
  std::swap(packet.eth_src, packet.eth_dst);
  packet.ip = reversed(*packet.ip);
  if (dice.one_in(10)) packet.ip->destination_port = std::min(packet.ip->destination_port + 1, 65535);
  const auto origin = origin_of(w, network_of(w, event), packet.eth_src);
  if (!origin) return std::nullopt;
  return event_of(*origin, packet);
}

/// An ICMP error about an earlier packet, from whoever it was sent to or a router on its way.
std::optional<Event> error_about(const NodeWorld& w, const Event& event, Dice& dice) {
  auto answer = answer_to(w, event, dice);
  if (!answer) return std::nullopt;
  auto& packet = std::holds_alternative<FromPort>(*answer) ? std::get<FromPort>(*answer).packet
                                                           : std::get<FromNode>(*answer).packet;
  const auto& about = *packet_of(event)->ip;
  if (about.fragment != Fragment::kWhole) return std::nullopt;
  const bool v4 = is_v4(about);
  packet.quoted = about;
  packet.length = 0;
  if (dice.one_in(15)) packet.quoted.reset();
  packet.ip = Packet::Ip{.source = about.destination,
                         .destination = about.source,
                         .protocol = v4 ? kIcmp : kIcmpv6,
                         .icmp_type = v4 ? 3 : 1,
                         .icmp_code = dice.below(4)};
  if (dice.one_in(8)) packet.ip->destination = host_address(1, v4);
  return answer;
}

Origin random_origin(const NodeWorld& w, Dice& dice) {
  if (!w.local.empty() && (w.tunnels.empty() || !dice.one_in(4))) {
    for (int tries = dice.one_in(10) ? 0 : 5;; --tries) {
      const auto port = w.intent().find<model::Port>(dice.pick(w.local).port);
      if (tries == 0 || (port->admin_state_up && port->host == w.node)) return {port->id, {}, port->network};
    }
  }
  const auto& tunnel = dice.pick(w.tunnels);
  for (const auto& network : w.networks)
    if (w.intent().find<model::Network>(network)->encapsulation == tunnel.encapsulation)
      return {{}, tunnel.node, network};
  return {{}, tunnel.node, w.networks.front()};
}

std::optional<Event> about_earlier(const NodeWorld& w, const Event& earlier, Dice& dice) {
  if (!packet_of(earlier)) return std::nullopt;
  const auto* sent = std::get_if<FromPort>(&earlier);
  switch (dice.below(5)) {
    case 0:
      return error_about(w, earlier, dice);
    case 1:
    case 2:
      if (sent && !w.place().plugged.contains(sent->port)) return std::nullopt;
      return earlier;
    default:
      return answer_to(w, earlier, dice);
  }
}

/// Often one of the last.
const Event& some_earlier(const std::vector<Event>& earlier, Dice& dice) {
  const int count = static_cast<int>(earlier.size());
  const int back = dice.below(dice.one_in(3) ? count : std::min(count, 3));
  return earlier[static_cast<std::size_t>(count - 1 - back)];
}

}  // namespace

Event random_event(const NodeWorld& w, const std::vector<Event>& earlier, std::mt19937& random) {
  Dice dice(random);
  if (dice.one_in(10)) return random_change(w, dice);
  if (!earlier.empty() && dice.one_in(2))
    if (auto event = about_earlier(w, some_earlier(earlier, dice), dice)) return *event;
  if (w.local.empty() && w.tunnels.empty()) return random_change(w, dice);
  const Origin origin = random_origin(w, dice);
  return event_of(origin, PacketMaker(w, dice, origin).make());
}

}  // namespace weft::reference
