#include "reference/rules.h"

#include <algorithm>

#include "reference/port_security.h"

namespace weft::reference {
namespace {

using model::Direction;
using Rule = model::SecurityGroupRule;

/// What the rules of a port are asked about: a packet in the direction of the rules.
struct Question {
  const model::Intent& intent;
  const model::Port& port;
  Direction direction;
  Packet::Ip ip;
  bool shows_details;  ///< ports or ICMP type are known
  bool shows_protocol = true;

  const IpAddress& remote() const { return direction == Direction::kIngress ? ip.source : ip.destination; }
};

bool is_in_group(const Question& q, const Uuid& group) {
  const auto& members = q.intent.memberships_of_group(group);
  return std::any_of(members.begin(), members.end(), [&](const Uuid& id) {
    const auto port = q.intent.find<model::Port>(q.intent.find<model::GroupMember>(id)->port);
    return port && port->network == q.port.network && may_use(q.intent, *port, q.remote());
  });
}

bool is_in_address_group(const Question& q, const Uuid& group) {
  const auto& entries = q.intent.entries_of(group);
  return std::any_of(entries.begin(), entries.end(), [&](const Uuid& id) {
    return q.intent.find<model::AddressGroupEntry>(id)->prefix.contains(q.remote());
  });
}

bool remote_is_meant(const Rule& rule, const Question& q) {
  if (rule.remote_prefix && !rule.remote_prefix->contains(q.remote())) return false;
  if (rule.remote_group && !is_in_group(q, *rule.remote_group)) return false;
  return !rule.remote_address_group || is_in_address_group(q, *rule.remote_address_group);
}

bool type_is_meant(const Rule& rule, const Question& q) {
  return !q.shows_details || ((!rule.port_range_min || *rule.port_range_min == q.ip.icmp_type) &&
                              (!rule.port_range_max || *rule.port_range_max == q.ip.icmp_code));
}

/// Does the protocol have what rules tell apart beyond it?
bool has_details(int protocol) {
  return protocol == kTcp || protocol == kUdp || protocol == kSctp || protocol == kIcmp ||
         protocol == kIcmpv6;
}

bool port_is_meant(const Rule& rule, const Question& q) {
  if (!rule.port_range_min) return true;
  if (q.ip.protocol != kTcp && q.ip.protocol != kUdp && q.ip.protocol != kSctp) return false;
  const int low = *rule.port_range_min, high = rule.port_range_max.value_or(low);
  return !q.shows_details || (low <= q.ip.destination_port && q.ip.destination_port <= high);
}

bool protocol_is_meant(const Rule& rule, const Question& q) {
  if (!rule.protocol) return true;
  if (!q.shows_protocol) return !rule.port_range_min || has_details(*rule.protocol);
  const bool icmpv6 = rule.ethertype == IpVersion::kV6 && *rule.protocol == kIcmp;  // as Neutron has it
  if (q.ip.protocol != (icmpv6 ? kIcmpv6 : *rule.protocol)) return false;
  return is_icmp(q.ip) ? type_is_meant(rule, q) : port_is_meant(rule, q);
}

bool allows(const Rule& rule, const Question& q) {
  return rule.direction == q.direction && rule.ethertype == q.ip.source.version() &&
         protocol_is_meant(rule, q) && remote_is_meant(rule, q);
}

bool groups_allow(const Question& q) {
  for (const auto& group : q.intent.groups_of_port(q.port.id))
    for (const auto& rule : q.intent.rules_of(group))
      if (allows(*q.intent.find<Rule>(rule), q)) return true;
  return false;
}

/// A port's groups are all stateful or all stateless; without any it is neither.
bool is_stateless(const model::Intent& intent, const model::Port& port) {
  const auto groups = intent.groups_of_port(port.id);
  return std::all_of(groups.begin(), groups.end(),
                     [&](const Uuid& id) { return !intent.find<model::SecurityGroup>(id)->stateful; });
}

Direction opposite(Direction direction) {
  return direction == Direction::kEgress ? Direction::kIngress : Direction::kEgress;
}

std::optional<Drop> check_stateless(const model::Intent& intent, const model::Port& port, Direction direction,
                                    const Packet::Ip& ip) {
  const bool shown = shows_details(ip);  // later fragments of IPv6 only say that they are fragments
  const bool allowed = groups_allow({intent, port, direction, ip, shown, shown || is_v4(ip)});
  return allowed ? std::nullopt : std::optional(Drop::kNoRule);
}

/// Each packet is asked about its connection, in the direction in which that was opened.
std::optional<Drop> check_stateful(const model::Intent& intent, const model::Port& port, Direction direction,
                                   const Packet& packet, Connections& connections) {
  const Standing standing = connections.find(port.id, packet);
  if (standing.kind == Standing::Kind::kInvalid) return Drop::kInvalidState;
  const bool answers_the_port = standing.reply && direction == Direction::kIngress;
  if (answers_the_port && !may_open_from(intent, port, standing.opener.source)) return Drop::kInvalidState;
  const Direction opened = standing.reply ? opposite(direction) : direction;
  if (!groups_allow({intent, port, opened, standing.opener, standing.shows_details})) return Drop::kNoRule;
  if (standing.kind == Standing::Kind::kNew) connections.remember(port.id, *packet.ip);
  return std::nullopt;
}

/// What every port may do, with or without groups.
bool is_essential(Direction direction, const Packet& packet) {
  if (packet.arp) return true;
  if (!packet.ip) return false;
  const auto& ip = *packet.ip;
  // Listeners, and hosts that look for routers, speak to groups only.
  if (is_neighbour_or_listener(ip)) return is_neighbour_discovery(ip) || ip.destination.is_multicast();
  return direction == Direction::kEgress ? is_dhcp_request(ip) : is_dhcp_answer(ip);
}

}  // namespace

std::optional<Drop> check_policy(const model::Intent& intent, const model::Port& port, Direction direction,
                                 const Packet& packet, Connections& connections) {
  if (!port.port_security_enabled || is_essential(direction, packet)) return std::nullopt;
  if (!packet.ip) return Drop::kOtherProtocol;
  if (intent.groups_of_port(port.id).empty()) return Drop::kNoRule;
  if (is_stateless(intent, port)) return check_stateless(intent, port, direction, *packet.ip);
  return check_stateful(intent, port, direction, packet, connections);
}

}  // namespace weft::reference
