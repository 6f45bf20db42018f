#include "openflow/connection_table.h"

#include <algorithm>
#include <array>

namespace weft::openflow {
namespace {

using Tuple = ConnectionTable::Tuple;

constexpr std::uint64_t kIpv4 = 0x0800, kIpv6 = 0x86dd;
constexpr std::uint64_t kIcmp = 1, kTcp = 6, kUdp = 17, kIcmpv6 = 58;
constexpr std::uint64_t kSyn = 2, kAck = 16;

std::uint64_t number(const Packet& packet, Field field) {
  auto it = packet.find(field);
  return it == packet.end() ? 0 : it->second.lo;
}

Bits bits(const Packet& packet, Field field) {
  auto it = packet.find(field);
  return it == packet.end() ? Bits() : it->second;
}

bool is_icmp(const Tuple& t) {
  return t.protocol == (t.eth_type == kIpv4 ? kIcmp : kIcmpv6);
}

/// A type of ICMP that asks, with the type that answers it.
struct Query {
  std::uint64_t eth_type, asks, answers;
};
constexpr std::array kQueries{Query{kIpv4, 8, 0}, Query{kIpv4, 13, 14}, Query{kIpv4, 15, 16},
                              Query{kIpv6, 128, 129}};

std::uint64_t icmp_type(const Packet& packet) {
  return number(packet, number(packet, Field::kEthType) == kIpv4 ? Field::kIcmpType : Field::kIcmpv6Type);
}

std::uint64_t icmp_code(const Packet& packet) {
  return number(packet, number(packet, Field::kEthType) == kIpv4 ? Field::kIcmpCode : Field::kIcmpv6Code);
}

bool is_icmp_error(const Tuple& t, const Packet& packet) {
  static constexpr std::array<std::uint64_t, 5> kV4Errors{3, 4, 5, 11, 12};
  const std::uint64_t type = icmp_type(packet);
  if (!is_icmp(t)) return false;
  if (t.eth_type == kIpv6) return type >= 1 && type <= 4;
  return std::find(kV4Errors.begin(), kV4Errors.end(), type) != kV4Errors.end();
}

/// Addresses and protocol.
std::optional<Tuple> addresses_of(const Packet& packet) {
  Tuple t{.eth_type = number(packet, Field::kEthType)};
  if (t.eth_type != kIpv4 && t.eth_type != kIpv6) return std::nullopt;
  t.source = bits(packet, t.eth_type == kIpv4 ? Field::kIpv4Src : Field::kIpv6Src);
  t.destination = bits(packet, t.eth_type == kIpv4 ? Field::kIpv4Dst : Field::kIpv6Dst);
  t.protocol = number(packet, Field::kIpProto);
  return t;
}

/// Adds what stands for ports; false for ICMP that is neither query nor answer, for TCP and UDP with a port
/// of 0, and for IPv6 whose extension headers hide the protocol.
bool add_ports(Tuple& t, const Packet& packet) {
  if (is_icmp(t)) {
    const std::uint64_t type = icmp_type(packet);
    for (const auto& q : kQueries) {
      if (q.eth_type != t.eth_type || (type != q.asks && type != q.answers)) continue;
      t.source_port = type;
      t.destination_port = type == q.asks ? q.answers : q.asks;
      return icmp_code(packet) == 0;
    }
    return false;
  }
  if (t.protocol == kTcp) {
    t.source_port = number(packet, Field::kTcpSrc), t.destination_port = number(packet, Field::kTcpDst);
  } else if (t.protocol == kUdp) {
    t.source_port = number(packet, Field::kUdpSrc), t.destination_port = number(packet, Field::kUdpDst);
  } else {
    return t.protocol != 0 || t.eth_type == kIpv4;
  }
  return t.source_port != 0 && t.destination_port != 0;
}

std::optional<Tuple> tuple_of(const Packet& packet) {
  auto t = addresses_of(packet);
  return t && add_ports(*t, packet) ? t : std::nullopt;
}

/// The connection that a packet says it belongs to, in the packet's direction.
struct Claim {
  Tuple tuple;
  bool related = false;
};

std::optional<Claim> claim_of(const Packet& packet, const std::optional<Packet>& quoted) {
  auto own = addresses_of(packet);
  if (!own) return std::nullopt;
  if (!is_icmp_error(*own, packet)) {
    if (!add_ports(*own, packet)) return std::nullopt;
    return Claim{*own};
  }
  // An error goes to the one who sent what it quotes.
  auto about = quoted ? tuple_of(*quoted) : std::nullopt;
  if (!about || about->eth_type != own->eth_type || about->source != own->destination) return std::nullopt;
  return Claim{about->reversed(), true};
}

std::uint64_t tcp_flags(const Packet& packet) {
  return number(packet, Field::kTcpFlags) & (kSyn | kAck);
}

/// May the packet be the first of a connection?
bool opens(const Tuple& t, const Packet& packet) {
  if (is_icmp(t))
    return std::any_of(kQueries.begin(), kQueries.end(),
                       [&](const Query& q) { return q.eth_type == t.eth_type && q.asks == t.source_port; });
  return t.protocol != kTcp || tcp_flags(packet) != (kSyn | kAck);
}

}  // namespace

/// The state of a packet of a known connection, which the packet itself moves on.
std::uint64_t ConnectionTable::see(Connection& connection, const Packet& packet, bool reply) {
  Peer& sender = reply ? connection.other : connection.opener;
  Peer& receiver = reply ? connection.opener : connection.other;
  const bool tcp = number(packet, Field::kIpProto) == kTcp;
  const bool asks = tcp ? tcp_flags(packet) == kSyn : !reply;
  sender.spoke = true;
  if (!asks) receiver.answered |= receiver.spoke;
  // A SYN towards the opener, before an answer: a simultaneous open, no reply.
  if (asks && !sender.answered) return kCtTracked | kCtNew;
  return kCtTracked | kCtEstablished | (reply ? kCtReply : 0);
}

ConnectionTable::Tracked ConnectionTable::track(std::uint16_t zone, const Packet& packet,
                                                const TrackerView& view, Commit commit) {
  const Packet& whole = view.whole ? *view.whole : packet;
  const auto claim = claim_of(whole, view.quoted);
  if (!claim) return {};
  Zone& connections = zones_[zone];
  auto found = connections.find(claim->tuple);
  const bool reply = found == connections.end();
  if (reply) found = connections.find(claim->tuple.reversed());
  if (found != connections.end() && reply && commit == Commit::kForce) {
    connections.erase(found);
    found = connections.end();
  }
  if (found != connections.end() && claim->related)
    return {kCtTracked | kCtRelated | (reply ? kCtReply : 0), found->first};
  if (found != connections.end()) return {see(found->second, whole, reply), found->first};
  if (claim->related || !opens(claim->tuple, whole)) return {};
  if (commit != Commit::kNo) connections.emplace(claim->tuple, Connection());
  return {kCtTracked | kCtNew, claim->tuple};
}

void set_tracked_fields(Packet& packet, std::uint16_t zone, const ConnectionTable::Tracked& tracked) {
  clear_tracked_fields(packet);
  packet[Field::kCtState] = tracked.state;
  packet[Field::kCtZone] = Bits(zone);
  if (!tracked.original) return;
  const Tuple& t = *tracked.original;
  const bool v4 = t.eth_type == kIpv4;
  packet[v4 ? Field::kCtIpv4Src : Field::kCtIpv6Src] = t.source;
  packet[v4 ? Field::kCtIpv4Dst : Field::kCtIpv6Dst] = t.destination;
  packet[Field::kCtIpProto] = t.protocol;
  constexpr std::uint64_t kLater = 2;
  const bool later = number(packet, Field::kIpFrag) & kLater;
  // Of ICMP the switch shows type and code (always zero) of the query instead of ports.
  packet[Field::kCtTpSrc] = later ? 0 : t.source_port;
  packet[Field::kCtTpDst] = later || is_icmp(t) ? 0 : t.destination_port;
}

void clear_tracked_fields(Packet& packet) {
  for (Field field : {Field::kCtState, Field::kCtZone, Field::kCtMark, Field::kCtLabel, Field::kCtIpProto,
                      Field::kCtIpv4Src, Field::kCtIpv4Dst, Field::kCtIpv6Src, Field::kCtIpv6Dst,
                      Field::kCtTpSrc, Field::kCtTpDst})
    packet.erase(field);
}

}  // namespace weft::openflow
