#include "reference/policy.h"

#include <algorithm>
#include <tuple>

namespace weft::reference {
namespace {

using model::Direction;

constexpr int kTcp = 6, kUdp = 17, kSctp = 132, kIcmp = 1, kIcmpv6 = 58;
constexpr int kDhcpClient = 68, kDhcpServer = 67, kDhcp6Client = 546, kDhcp6Server = 547;

bool is_v4(const Packet::Ip& ip) {
  return ip.source.is_v4();
}

bool is_udp(const Packet::Ip& ip, int from, int to) {
  return ip.protocol == kUdp && ip.source_port == from && ip.destination_port == to;
}

/// Neighbour discovery (RFC 4861) and multicast listener discovery (RFC 2710, RFC 3810).
bool is_neighbour_or_listener(const Packet::Ip& ip) {
  if (is_v4(ip) || ip.protocol != kIcmpv6) return false;
  return (ip.icmp_type >= 130 && ip.icmp_type <= 136) || ip.icmp_type == 143;
}

bool is_dhcp_request(const Packet::Ip& ip) {
  return is_v4(ip) && is_udp(ip, kDhcpClient, kDhcpServer);
}

bool is_dhcp_answer(const Packet::Ip& ip) {
  return is_v4(ip) ? is_udp(ip, kDhcpServer, kDhcpClient) : is_udp(ip, kDhcp6Server, kDhcp6Client);
}

bool is_router_advertisement(const Packet::Ip& ip) {
  return !is_v4(ip) && ip.protocol == kIcmpv6 && ip.icmp_type == 134;
}

Packet::Ip reversed(Packet::Ip ip) {
  std::swap(ip.source, ip.destination);
  std::swap(ip.source_port, ip.destination_port);
  return ip;
}

/// A connection is its addresses, protocol and ports; of ICMP, the addresses only.
Packet::Ip connection_of(Packet::Ip ip) {
  ip.icmp_type = ip.icmp_code = 0;
  return ip;
}

bool is_up(const model::Intent& intent, const model::Port& port) {
  auto network = intent.find<model::Network>(port.network);
  return port.admin_state_up && network && network->admin_state_up;
}

/// (MAC, prefix) pairs that a port may use.
std::vector<std::pair<MacAddress, IpPrefix>> pairs_of(const model::Intent& intent, const model::Port& port) {
  std::vector<std::pair<MacAddress, IpPrefix>> pairs;
  for (const auto& address : intent.fixed_ips(port.id))
    pairs.emplace_back(port.mac, IpPrefix(address.ip, 128));
  for (const auto& pair : port.allowed_address_pairs)
    pairs.emplace_back(pair.mac.value_or(port.mac), pair.ip);
  return pairs;
}

bool may_use(const model::Intent& intent, const model::Port& port, const MacAddress& mac,
             const IpAddress& ip) {
  auto pairs = pairs_of(intent, port);
  return std::any_of(pairs.begin(), pairs.end(),
                     [&](const auto& p) { return p.first == mac && p.second.contains(ip); });
}

bool has_mac(const model::Intent& intent, const model::Port& port, const MacAddress& mac) {
  auto pairs = pairs_of(intent, port);
  return mac == port.mac ||
         std::any_of(pairs.begin(), pairs.end(), [&](const auto& p) { return p.first == mac; });
}

bool is_link_local_of(const MacAddress& mac, const IpAddress& ip) {
  const auto& m = mac.bytes;
  return ip == IpAddress::v6({0xfe, 0x80, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(m[0] ^ 2), m[1], m[2],
                              0xff, 0xfe, m[3], m[4], m[5]});
}

std::optional<Drop> check_arp(const model::Intent& intent, const model::Port& port, const Packet& packet) {
  const auto& arp = *packet.arp;
  if (arp.sender_mac != packet.eth_src) return Drop::kSpoofedArp;
  if (may_use(intent, port, packet.eth_src, arp.sender_ip)) return std::nullopt;
  bool probe = arp.operation == 1 && arp.sender_ip.is_unspecified();
  if (probe && may_use(intent, port, packet.eth_src, arp.target_ip)) return std::nullopt;
  return Drop::kSpoofedArp;
}

std::optional<Drop> check_ip(const model::Intent& intent, const model::Port& port, const Packet& packet) {
  const auto& ip = *packet.ip;
  if (is_dhcp_answer(ip)) return Drop::kRogueDhcp;
  if (is_router_advertisement(ip)) return Drop::kRogueRa;
  if (may_use(intent, port, packet.eth_src, ip.source)) return std::nullopt;
  if (is_v4(ip)) {
    bool discovers =
        is_dhcp_request(ip) && ip.source.is_unspecified() && ip.destination == IpAddress::v4(0xffffffff);
    return discovers ? std::nullopt : std::optional(Drop::kSpoofedIp);
  }
  if (is_link_local_of(packet.eth_src, ip.source)) return std::nullopt;
  bool unspecified =
      ip.source.is_unspecified() && ip.protocol == kIcmpv6 && (ip.icmp_type == 135 || ip.icmp_type == 143);
  return unspecified ? std::nullopt : std::optional(Drop::kSpoofedIp);
}

/// Port security: does the packet's source belong to the port?
std::optional<Drop> check_source(const model::Intent& intent, const model::Port& port, const Packet& packet) {
  if (!port.port_security_enabled) return std::nullopt;
  if (packet.tagged) return Drop::kVlanTagged;
  if (packet.ip && is_dhcp_answer(*packet.ip)) return Drop::kRogueDhcp;
  if (packet.ip && is_router_advertisement(*packet.ip)) return Drop::kRogueRa;
  if (!has_mac(intent, port, packet.eth_src)) return Drop::kSpoofedMac;
  if (packet.arp) return check_arp(intent, port, packet);
  if (packet.ip) return check_ip(intent, port, packet);
  return Drop::kSpoofedIp;  // a protocol that has no addresses to vouch for
}

bool in_group(const model::Intent& intent, const Uuid& group, const Uuid& network, const IpAddress& remote) {
  for (const auto& id : intent.memberships_of_group(group)) {
    auto member = intent.find<model::GroupMember>(id);
    auto port = intent.find<model::Port>(member->port);
    if (!port || port->network != network) continue;
    for (const auto& [mac, prefix] : pairs_of(intent, *port))
      if (prefix.contains(remote)) return true;
  }
  return false;
}

bool protocol_allows(const model::SecurityGroupRule& rule, const Packet::Ip& ip) {
  if (!rule.protocol) return true;
  int wanted = rule.ethertype == IpVersion::kV6 && *rule.protocol == kIcmp ? kIcmpv6 : *rule.protocol;
  if (ip.protocol != wanted) return false;
  if (wanted == kIcmp || wanted == kIcmpv6)
    return (!rule.port_range_min || *rule.port_range_min == ip.icmp_type) &&
           (!rule.port_range_max || *rule.port_range_max == ip.icmp_code);
  if (!rule.port_range_min && !rule.port_range_max) return true;
  bool visible = wanted == kTcp || wanted == kUdp || wanted == kSctp;
  int low = rule.port_range_min.value_or(0),
      high = rule.port_range_max.value_or(rule.port_range_min ? low : 65535);
  return visible && low <= ip.destination_port && ip.destination_port <= high;
}

bool rule_allows(const model::Intent& intent, const model::SecurityGroupRule& rule, Direction direction,
                 const Uuid& network, const Packet::Ip& ip) {
  const IpAddress& remote = direction == Direction::kIngress ? ip.source : ip.destination;
  if (rule.direction != direction || rule.ethertype != remote.version() || !protocol_allows(rule, ip))
    return false;
  if (rule.remote_prefix && !rule.remote_prefix->contains(remote)) return false;
  return !rule.remote_group || in_group(intent, *rule.remote_group, network, remote);
}

bool groups_allow(const model::Intent& intent, const model::Port& port, Direction direction,
                  const Packet::Ip& ip) {
  for (const auto& group : intent.groups_of_port(port.id))
    for (const auto& id : intent.rules_of(group))
      if (rule_allows(intent, *intent.find<model::SecurityGroupRule>(id), direction, port.network, ip))
        return true;
  return false;
}

/// Security groups of one port, in one direction.
std::optional<Drop> check_policy(const model::Intent& intent, const model::Port& port, Direction direction,
                                 const Packet& packet, Connections& connections) {
  if (!port.port_security_enabled || packet.arp) return std::nullopt;
  if (!packet.ip) return Drop::kNoRule;
  const auto& ip = *packet.ip;
  bool in = direction == Direction::kIngress;
  bool dhcp = is_v4(ip) ? is_udp(ip, in ? kDhcpServer : kDhcpClient, in ? kDhcpClient : kDhcpServer)
                        : is_udp(ip, in ? kDhcp6Server : kDhcp6Client, in ? kDhcp6Client : kDhcp6Server);
  if (is_neighbour_or_listener(ip) || dhcp) return std::nullopt;
  if (intent.groups_of_port(port.id).empty()) return Drop::kNoRule;
  if (connections.knows(port.id, ip)) return std::nullopt;
  if (!groups_allow(intent, port, direction, ip)) return Drop::kNoRule;
  connections.remember(port.id, ip);
  return std::nullopt;
}

bool is_here(const model::Intent& intent, const Place& place, const model::Port& port) {
  return port.host == place.node && place.plugged.contains(port.id) && is_up(intent, port);
}

void deliver(const model::Intent& intent, const model::Port& port, const Packet& packet,
             Connections& connections, Verdict& verdict) {
  if (auto drop = check_policy(intent, port, Direction::kIngress, packet, connections))
    verdict.refused[port.id] = *drop;
  else
    verdict.delivered.insert(port.id);
}

/// L2: to the one port with the MAC, or to everybody of the network. `sender` is null for what came from
/// another node.
void forward(const model::Intent& intent, const Place& place, const Uuid& network, const model::Port* sender,
             const Packet& packet, Connections& connections, Verdict& verdict) {
  auto known = intent.port_by_mac(network, packet.eth_dst);
  if (known && !known->admin_state_up && !known->host.empty()) return;
  bool local = known && is_here(intent, place, *known);
  bool remote = known && !known->host.empty() && known->host != place.node;
  if (local && sender && known->id == sender->id) return;
  if (local) return deliver(intent, *known, packet, connections, verdict);
  if (remote && sender) {
    verdict.sent_to.insert(known->host);
    return;
  }
  if (sender)
    for (const auto& [host, count] : intent.hosts_of(network))
      if (host != place.node && !host.empty()) verdict.sent_to.insert(host);
  for (const auto& id : intent.ports_of(network)) {
    auto port = intent.find<model::Port>(id);
    if (is_here(intent, place, *port) && !(sender && port->id == sender->id))
      deliver(intent, *port, packet, connections, verdict);
  }
}

bool has_dhcp(const model::Intent& intent, const Uuid& network) {
  const auto& subnets = intent.subnets_of(network);
  return std::any_of(subnets.begin(), subnets.end(), [&](const Uuid& id) {
    auto subnet = intent.find<model::Subnet>(id);
    return subnet->enable_dhcp && subnet->cidr.version() == IpVersion::kV4;
  });
}

/// Does the node answer this ARP request in place of the address's owner? Not to the owner itself.
bool is_answered(const model::Intent& intent, const Place& place, const model::Port& sender,
                 const Packet& packet) {
  if (!packet.arp || packet.arp->operation != 1) return false;
  for (const auto& [mac, prefix] : pairs_of(intent, sender))
    if (prefix.contains(packet.arp->target_ip)) return false;
  for (const auto& id : intent.ports_of(sender.network)) {
    auto port = intent.find<model::Port>(id);
    bool elsewhere = !port->host.empty() && port->host != place.node && port->admin_state_up;
    if (!elsewhere && !is_here(intent, place, *port)) continue;
    for (const auto& address : intent.fixed_ips(id))
      if (address.ip == packet.arp->target_ip) return true;
  }
  return false;
}

}  // namespace

std::string_view to_string(Drop reason) {
  switch (reason) {
    case Drop::kVlanTagged:
      return "vlan tagged";
    case Drop::kSpoofedMac:
      return "spoofed MAC";
    case Drop::kSpoofedIp:
      return "spoofed IP";
    case Drop::kSpoofedArp:
      return "spoofed ARP";
    case Drop::kRogueDhcp:
      return "rogue DHCP";
    case Drop::kRogueRa:
      return "rogue RA";
    case Drop::kNoRule:
      return "no rule";
    case Drop::kNoDestination:
      return "no destination";
  }
  return "";
}

bool Connections::knows(const Uuid& port, const Packet::Ip& packet) const {
  auto it = by_port_.find(port);
  if (it == by_port_.end()) return false;
  return it->second.contains(connection_of(packet)) || it->second.contains(connection_of(reversed(packet)));
}

void Connections::remember(const Uuid& port, const Packet::Ip& packet) {
  by_port_[port].insert(connection_of(packet));
}

Verdict send(const model::Intent& intent, const Place& place, const Uuid& id, const Packet& packet,
             Connections& connections) {
  Verdict verdict;
  auto port = intent.find<model::Port>(id);
  if (!port || !is_here(intent, place, *port)) {
    verdict.drop = Drop::kNoDestination;
    return verdict;
  }
  verdict.drop = check_source(intent, *port, packet);
  if (verdict.drop) return verdict;
  if (packet.ip && is_dhcp_request(*packet.ip) && has_dhcp(intent, port->network)) {
    verdict.to_agent = true;
    return verdict;
  }
  verdict.answered = is_answered(intent, place, *port, packet);
  if (verdict.answered) return verdict;
  verdict.drop = check_policy(intent, *port, Direction::kEgress, packet, connections);
  if (!verdict.drop) forward(intent, place, port->network, port.get(), packet, connections, verdict);
  return verdict;
}

Verdict receive(const model::Intent& intent, const Place& place, const Uuid& network, const Packet& packet,
                Connections& connections) {
  Verdict verdict;
  auto row = intent.find<model::Network>(network);
  if (row && row->admin_state_up) forward(intent, place, network, nullptr, packet, connections, verdict);
  return verdict;
}

}  // namespace weft::reference
