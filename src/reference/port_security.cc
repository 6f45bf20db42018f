#include "reference/port_security.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "reference/services.h"

namespace weft::reference {
namespace {

using Answer = std::optional<Drop>;
constexpr Answer kPass = std::nullopt;

using Pairs = std::vector<std::pair<MacAddress, IpPrefix>>;

Pairs pairs_of(const model::Intent& intent, const model::Port& port) {
  Pairs pairs;
  for (const auto& address : intent.fixed_ips(port.id))
    pairs.emplace_back(port.mac, IpPrefix(address.ip, address.ip.width()));
  for (const auto& pair : port.allowed_address_pairs)
    pairs.emplace_back(pair.mac.value_or(port.mac), pair.ip);
  return pairs;
}

bool has_mac(const model::Port& port, const MacAddress& mac) {
  const auto& pairs = port.allowed_address_pairs;
  return mac == port.mac ||
         std::any_of(pairs.begin(), pairs.end(), [&](const auto& pair) { return pair.mac == mac; });
}

bool is_link_local_of_any(const model::Port& port, const IpAddress& ip) {
  const auto& pairs = port.allowed_address_pairs;
  return is_link_local_of(port.mac, ip) || std::any_of(pairs.begin(), pairs.end(), [&](const auto& pair) {
           return is_link_local_of(pair.mac.value_or(port.mac), ip);
         });
}

/// The sender of a packet, with what it may call its own.
struct Sender {
  const model::Intent& intent;
  const model::Port& port;
  MacAddress mac;

  bool owns(const IpAddress& ip) const { return may_use(intent, port, mac, ip) || is_link_local_of(mac, ip); }
};

Answer check_arp(const Sender& sender, const Packet::Arp& arp) {
  if (arp.sender_mac != sender.mac) return Drop::kSpoofedArp;
  const bool probe = arp.operation == 1 && arp.sender_ip.is_unspecified();  // RFC 5227
  return sender.owns(arp.sender_ip) || (probe && sender.owns(arp.target_ip)) ? kPass : Drop::kSpoofedArp;
}

/// What a host may say before it has an address: DHCP, duplicate address detection, router solicitations and
/// multicast listener messages.
bool needs_no_address(const Packet::Ip& ip) {
  if (is_v4(ip)) return is_dhcp_request(ip) && ip.destination == IpAddress::v4(0xffffffff);
  const bool listener = ip.icmp_type == 131 || ip.icmp_type == 132 || ip.icmp_type == 143;
  return is_neighbour_or_listener(ip) && (ip.icmp_type == 133 || listener || is_solicitation(ip));
}

/// The network's own service tells a client that its address is no longer its own.
bool asks_for_its_address(const Sender& sender, const Packet& packet) {
  return packet.eth_src == sender.port.mac &&
         request_of(sender.intent, sender.port, packet) == Request::kDhcp;
}

Answer check_ip(const Sender& sender, const Packet& packet) {
  const auto& ip = *packet.ip;
  const bool unspecified = ip.source.is_unspecified() && needs_no_address(ip);
  return sender.owns(ip.source) || unspecified || asks_for_its_address(sender, packet) ? kPass
                                                                                       : Drop::kSpoofedIp;
}

bool is_true(const Sender& sender, const Packet& packet) {
  const auto& target = packet.neighbour.target;
  const auto& link_layer = packet.neighbour.link_layer;
  if (packet.ip->icmp_code != 0 || target.is_unspecified()) return false;
  if (link_layer && link_layer != sender.mac) return false;
  if (is_advertisement(*packet.ip)) return sender.owns(target);
  const bool detects_duplicates = packet.ip->source.is_unspecified();
  return !detects_duplicates || (sender.owns(target) && !link_layer);
}

Answer check_neighbour_discovery(const Sender& sender, const Packet& packet) {
  const auto& ip = *packet.ip;
  const bool tells = is_solicitation(ip) || is_advertisement(ip);
  if (!tells && !is_router_solicitation(ip)) return kPass;
  const bool forwarded = ip.hop_limit != 255;                                 // RFC 4861, 7.1
  if (forwarded || ip.fragment != Fragment::kWhole) return Drop::kSpoofedNd;  // RFC 6980
  return tells && !is_true(sender, packet) ? Drop::kSpoofedNd : kPass;
}

/// A first fragment too short to show its ports, which are zero then, might hide a DHCP answer (RFC 7112).
bool may_be_dhcp_answer(const Packet::Ip& ip) {
  const bool hidden = !is_v4(ip) && ip.protocol == kUdp && ip.fragment == Fragment::kFirst &&
                      ip.source_port == 0 && ip.destination_port == 0;
  return is_for_dhcp_client(ip) || hidden;
}

/// One too short to show its ICMPv6 type or even its protocol might hide a router advertisement (RFC 7113).
/// Redirects are routers' own, too.
bool may_be_router_advertisement(const Packet::Ip& ip) {
  const bool hidden_type = ip.protocol == kIcmpv6 && ip.fragment == Fragment::kFirst && ip.icmp_type == 0;
  const bool hidden = !is_v4(ip) && (hidden_type || ip.protocol == 0);
  return is_router_advertisement(ip) || is_redirect(ip) || hidden;
}

}  // namespace

bool is_link_local_of(const MacAddress& mac, const IpAddress& ip) {
  const auto& m = mac.bytes;
  return ip == IpAddress::v6({0xfe, 0x80, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(m[0] ^ 2), m[1], m[2],
                              0xff, 0xfe, m[3], m[4], m[5]});
}

bool may_use(const model::Intent& intent, const model::Port& port, const MacAddress& mac,
             const IpAddress& ip) {
  const auto pairs = pairs_of(intent, port);
  return std::any_of(pairs.begin(), pairs.end(),
                     [&](const auto& pair) { return pair.first == mac && pair.second.contains(ip); });
}

bool may_use(const model::Intent& intent, const model::Port& port, const IpAddress& ip) {
  const auto pairs = pairs_of(intent, port);
  return std::any_of(pairs.begin(), pairs.end(), [&](const auto& pair) { return pair.second.contains(ip); });
}

bool may_open_from(const model::Intent& intent, const model::Port& port, const IpAddress& ip) {
  return may_use(intent, port, ip) || is_link_local_of_any(port, ip);
}

bool is_own(const model::Intent& intent, const model::Port& port, const IpAddress& ip) {
  const auto pairs = pairs_of(intent, port);
  return is_link_local_of_any(port, ip) || std::any_of(pairs.begin(), pairs.end(), [&](const auto& pair) {
           return pair.second == IpPrefix(ip, ip.width());
         });
}

std::optional<Drop> check_source(const model::Intent& intent, const model::Port& port, const Packet& packet) {
  if (!port.port_security_enabled) return packet.eth_src.is_multicast() ? Drop::kSpoofedMac : kPass;
  if (packet.tagged) return Drop::kVlanTag;
  if (packet.ip && may_be_dhcp_answer(*packet.ip)) return Drop::kRogueDhcp;
  if (packet.ip && may_be_router_advertisement(*packet.ip)) return Drop::kRogueRa;
  if (!has_mac(port, packet.eth_src)) return Drop::kSpoofedMac;

  const Sender sender{intent, port, packet.eth_src};
  if (packet.arp) return check_arp(sender, *packet.arp);
  if (!packet.ip) return Drop::kOtherProtocol;
  if (const auto drop = check_ip(sender, packet)) return drop;
  return check_neighbour_discovery(sender, packet);
}

}  // namespace weft::reference
