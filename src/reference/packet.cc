#include "reference/packet.h"

#include <array>
#include <utility>

namespace weft::reference {
namespace {

bool is_udp(const Packet::Ip& ip, int from, int to) {
  return ip.protocol == kUdp && shows_details(ip) && ip.source_port == from && ip.destination_port == to;
}

bool is_icmpv6(const Packet::Ip& ip, int type) {
  return !is_v4(ip) && ip.protocol == kIcmpv6 && shows_details(ip) && ip.icmp_type == type;
}

}  // namespace

bool is_v4(const Packet::Ip& ip) {
  return ip.source.is_v4();
}

bool is_icmp(const Packet::Ip& ip) {
  return ip.protocol == (is_v4(ip) ? kIcmp : kIcmpv6);
}

bool shows_details(const Packet::Ip& ip) {
  return ip.fragment != Fragment::kLater;
}

bool is_router_advertisement(const Packet::Ip& ip) {
  return is_icmpv6(ip, 134);
}

bool is_redirect(const Packet::Ip& ip) {
  return is_icmpv6(ip, 137);
}

bool is_router_solicitation(const Packet::Ip& ip) {
  return is_icmpv6(ip, 133);
}

bool is_solicitation(const Packet::Ip& ip) {
  return is_icmpv6(ip, 135);
}

bool is_advertisement(const Packet::Ip& ip) {
  return is_icmpv6(ip, 136);
}

bool is_neighbour_discovery(const Packet::Ip& ip) {
  return is_router_advertisement(ip) || is_solicitation(ip) || is_advertisement(ip);
}

bool is_neighbour_or_listener(const Packet::Ip& ip) {
  bool one_of_them = (ip.icmp_type >= 130 && ip.icmp_type <= 136) || ip.icmp_type == 143;
  return one_of_them && is_icmpv6(ip, ip.icmp_type);
}

bool is_echo_request(const Packet::Ip& ip) {
  return is_icmp(ip) && shows_details(ip) && ip.icmp_type == (is_v4(ip) ? 8 : 128) && ip.icmp_code == 0;
}

bool is_dhcp_request(const Packet::Ip& ip) {
  return is_v4(ip) ? is_udp(ip, 68, 67) : is_udp(ip, 546, 547);
}

bool is_dhcp_answer(const Packet::Ip& ip) {
  return is_v4(ip) ? is_udp(ip, 67, 68) : is_udp(ip, 547, 546);
}

bool is_for_dhcp_client(const Packet::Ip& ip) {
  return ip.protocol == kUdp && shows_details(ip) && ip.destination_port == (is_v4(ip) ? 68 : 546);
}

Packet::Ip reversed(Packet::Ip ip) {
  std::swap(ip.source, ip.destination);
  std::swap(ip.source_port, ip.destination_port);
  if (!is_icmp(ip)) return ip;
  constexpr std::array<std::pair<int, int>, 4> kQueriesAndAnswers{{{8, 0}, {13, 14}, {15, 16}, {128, 129}}};
  for (auto [query, answer] : kQueriesAndAnswers) {
    if ((query >= 128) == is_v4(ip)) continue;  // ICMP and ICMPv6 number theirs apart
    if (ip.icmp_type == query)
      ip.icmp_type = answer;
    else if (ip.icmp_type == answer)
      ip.icmp_type = query;
    else
      continue;
    break;
  }
  return ip;
}

}  // namespace weft::reference
