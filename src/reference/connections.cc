#include "reference/connections.h"

#include <algorithm>
#include <array>

namespace weft::reference {
namespace {

using Kind = Standing::Kind;

template <std::size_t N>
bool contains(const std::array<int, N>& types, int type) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

/// Unreachable, source quench, redirect, time exceeded, parameter problem; too big.
bool is_error(const Packet::Ip& ip) {
  return contains(is_v4(ip) ? std::array{3, 4, 5, 11, 12} : std::array{1, 2, 3, 4, 4}, ip.icmp_type);
}

bool is_query(const Packet::Ip& ip) {
  return ip.icmp_code == 0 &&
         contains(is_v4(ip) ? std::array{8, 13, 15} : std::array{128, 128, 128}, ip.icmp_type);
}

bool is_answer(const Packet::Ip& ip) {
  return ip.icmp_code == 0 &&
         contains(is_v4(ip) ? std::array{0, 14, 16} : std::array{129, 129, 129}, ip.icmp_type);
}

/// TCP and UDP have no port 0, and IPv6 may hide its protocol behind extension headers.
bool is_of_no_connection(const Packet::Ip& ip) {
  const bool ports = ip.protocol == kTcp || ip.protocol == kUdp;
  return (ports && (ip.source_port == 0 || ip.destination_port == 0)) || (!is_v4(ip) && ip.protocol == 0);
}

}  // namespace

Connections::Key Connections::key_of(const Packet::Ip& ip) {
  const bool ports = ip.protocol == kTcp || ip.protocol == kUdp;
  return {ip.source,
          ip.destination,
          ip.protocol,
          ports ? ip.source_port : 0,
          ports ? ip.destination_port : 0,
          is_icmp(ip) ? ip.icmp_type : 0};
}

bool Connections::has(const Uuid& port, const Packet::Ip& ip) const {
  auto connections = by_port_.find(port);
  return connections != by_port_.end() && connections->second.contains(key_of(ip));
}

Standing Connections::find(const Uuid& port, const Packet& packet) const {
  const auto& ip = *packet.ip;
  if (is_of_no_connection(ip)) return {.kind = Kind::kInvalid};
  if (is_icmp(ip) && is_error(ip)) return find_related(port, packet);
  if (is_icmp(ip) && !is_query(ip) && !is_answer(ip)) return {.kind = Kind::kInvalid};
  const bool shown = shows_details(ip);
  if (has(port, ip)) return {.kind = Kind::kKnown, .opener = ip, .shows_details = shown};
  if (has(port, reversed(ip)))
    return {.kind = Kind::kKnown, .reply = true, .opener = reversed(ip), .shows_details = shown};
  if (is_icmp(ip) && !is_query(ip)) return {.kind = Kind::kInvalid};
  return {.kind = Kind::kNew, .opener = ip, .shows_details = shown};
}

/// An error goes to who sent the packet that it quotes. Only the ports of TCP and UDP are kept with a
/// connection, so only those are known of the quoted one.
Standing Connections::find_related(const Uuid& port, const Packet& error) const {
  if (!error.quoted || error.quoted->source != error.ip->destination) return {.kind = Kind::kInvalid};
  const auto& quoted = *error.quoted;
  if (is_icmp(quoted) && !is_query(quoted) && !is_answer(quoted)) return {.kind = Kind::kInvalid};
  const bool shown =
      quoted.protocol == kTcp || quoted.protocol == kUdp || !(is_icmp(quoted) || quoted.protocol == kSctp);
  if (has(port, quoted))
    return {.kind = Kind::kRelated, .reply = true, .opener = quoted, .shows_details = shown};
  if (has(port, reversed(quoted)))
    return {.kind = Kind::kRelated, .opener = reversed(quoted), .shows_details = shown};
  return {.kind = Kind::kInvalid};
}

void Connections::remember(const Uuid& port, const Packet::Ip& packet) {
  by_port_[port].insert(key_of(packet));
}

}  // namespace weft::reference
