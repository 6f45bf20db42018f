#include "fabric/features/security_groups.h"

#include "fabric/features/port_range.h"

namespace weft::fabric {
namespace {

using model::Direction;
using openflow::Field;
using openflow::Match;

// ct_state bits (ovs-fields(7)).
constexpr std::uint64_t kNew = 0x01, kEstablished = 0x02, kRelated = 0x04, kInvalid = 0x10, kTracked = 0x20;

/// One direction of policy: the same shape on the way in and on the way out.
struct Half {
  Table state, rules, verdict, next;
  const RegisterField &policy, &zone;
  const Family &open, &essential, &track, &invalid, &established, &related, &groups, &rule, &remote, &allowed;
};

constexpr Half kEgressHalf{Table::kEgressState,
                           Table::kEgressRules,
                           Table::kEgressVerdict,
                           Table::kL2Lookup,
                           kSourcePolicy,
                           kSourceZone,
                           family::kSourceOpen,
                           family::kSourceEssential,
                           family::kSourceTrack,
                           family::kEgressInvalid,
                           family::kEgressEstablished,
                           family::kEgressRelated,
                           family::kEgressGroups,
                           family::kEgressRule,
                           family::kEgressRemote,
                           family::kEgressAllowed};
constexpr Half kIngressHalf{Table::kIngressState,        Table::kIngressRules,
                            Table::kIngressVerdict,      Table::kOutput,
                            kDestinationPolicy,          kDestinationZone,
                            family::kDestinationOpen,    family::kDestinationEssential,
                            family::kDestinationTrack,   family::kIngressInvalid,
                            family::kIngressEstablished, family::kIngressRelated,
                            family::kIngressGroups,      family::kIngressRule,
                            family::kIngressRemote,      family::kIngressAllowed};

const Half& half(Direction direction) {
  return direction == Direction::kEgress ? kEgressHalf : kIngressHalf;
}

std::uint64_t policy_value(PortPolicy policy) {
  return static_cast<std::uint64_t>(policy);
}

Match state(std::uint64_t set, std::uint64_t clear = 0) {
  return Match().set_masked(Field::kCtState, kTracked | set, kTracked | set | clear);
}

/// ARP, neighbour discovery and multicast listener messages, and the client's or the server's half of DHCP.
Flows essentials(const Half& h, Direction direction) {
  Flows flows = {flow(h.essential, arp({}), {go(h.next)})};
  for (int type : {130, 131, 132, 133, 134, 135, 136, 143}) {  // MLD (RFC 2710, RFC 3810), ND (RFC 4861)
    flows.push_back(flow(h.essential, icmpv6({}, type), {go(h.next)}));
  }
  const bool out = direction == Direction::kEgress;
  flows.push_back(flow(h.essential, udp({}, IpVersion::kV4, out ? 68 : 67, out ? 67 : 68), {go(h.next)}));
  flows.push_back(flow(h.essential, udp({}, IpVersion::kV6, out ? 546 : 547, out ? 547 : 546), {go(h.next)}));
  return flows;
}

Flows stateful_pipeline(const Half& h) {
  Flows flows;
  for (auto version : kIpVersions) {
    const openflow::ConnTrack find{.zone_from = h.zone.bits(), .recirc_table = number(h.state)};
    const openflow::ConnTrack commit{.commit = true, .zone_from = h.zone.bits()};
    flows.push_back(
        flow(h.track, ip(with({}, h.policy, policy_value(PortPolicy::kStateful)), version), {find}));
    flows.push_back(flow(h.allowed, ip(with({}, kAllowed, 1), version), {commit, go(h.next)}));
  }
  flows.push_back(flow(h.invalid, state(kInvalid), {}));
  flows.push_back(flow(h.established, state(kEstablished), {go(h.next)}));
  flows.push_back(flow(h.related, state(kRelated), {go(h.next)}));
  return flows;
}

/// The protocol as the switch sees it: Neutron's "icmp" in an IPv6 rule means ICMPv6.
std::optional<int> effective_protocol(const model::SecurityGroupRule& rule) {
  const bool icmp_in_v6 = rule.ethertype == IpVersion::kV6 && rule.protocol == kIcmp;
  return icmp_in_v6 ? kIcmpv6 : rule.protocol;
}

std::vector<Match> with_icmp_type(Match match, const model::SecurityGroupRule& rule, int protocol) {
  const bool v4 = protocol == kIcmp;
  if (rule.port_range_min)
    match.set(v4 ? Field::kIcmpType : Field::kIcmpv6Type, static_cast<std::uint64_t>(*rule.port_range_min));
  if (rule.port_range_max)
    match.set(v4 ? Field::kIcmpCode : Field::kIcmpv6Code, static_cast<std::uint64_t>(*rule.port_range_max));
  return {std::move(match)};
}

std::optional<Field> destination_port(int protocol) {
  switch (protocol) {
    case kTcp:
      return Field::kTcpDst;
    case kUdp:
      return Field::kUdpDst;
    case kSctp:
      return Field::kSctpDst;
    default:
      return std::nullopt;
  }
}

std::vector<Match> with_ports(const Match& match, const model::SecurityGroupRule& rule, int protocol) {
  const auto field = destination_port(protocol);
  if (!field) return {};
  const int low = rule.port_range_min.value_or(0);
  const int high = rule.port_range_max.value_or(rule.port_range_min ? low : 0xffff);
  std::vector<Match> matches;
  for (const auto& block :
       port_range_masks(static_cast<std::uint16_t>(low), static_cast<std::uint16_t>(high))) {
    matches.push_back(Match(match).set_masked(*field, block.value, block.mask));
  }
  return matches;
}

/// What a rule says of protocol and ports, one match for each block of ports.
std::vector<Match> protocol_matches(const model::SecurityGroupRule& rule, std::uint32_t group) {
  const Match match = ip(with({}, kGroup, group), rule.ethertype);
  const auto protocol = effective_protocol(rule);
  if (!protocol) return {match};
  const Match of_protocol = Match(match).set(Field::kIpProto, static_cast<std::uint64_t>(*protocol));
  if (!rule.port_range_min && !rule.port_range_max) return {of_protocol};
  const bool icmp = *protocol == (rule.ethertype == IpVersion::kV4 ? kIcmp : kIcmpv6);
  return icmp ? with_icmp_type(of_protocol, rule, *protocol) : with_ports(of_protocol, rule, *protocol);
}

/// The far end's address: the destination on the way out, the source on the way in.
Field remote_address(Direction direction, IpVersion version) {
  return direction == Direction::kEgress ? ip_destination(version) : ip_source(version);
}

constexpr std::uint8_t kRulesClause = 1, kMembersClause = 2;

}  // namespace

Flows policy_pipeline() {
  Flows flows;
  for (auto direction : {Direction::kEgress, Direction::kIngress}) {
    const Half& h = half(direction);
    flows.push_back(flow(h.open, with({}, h.policy, policy_value(PortPolicy::kOpen)), {go(h.next)}));
    append(flows, essentials(h, direction));
    append(flows, stateful_pipeline(h));
  }
  return flows;
}

Flows policy_of_port(const PortView& port) {
  if (port.policy() != PortPolicy::kStateful) return {};
  Flows flows;
  for (auto direction : {Direction::kEgress, Direction::kIngress}) {
    const Half& h = half(direction);
    Actions ask = {load(kAllowed, 0)};
    for (auto group : port.groups) {
      ask.push_back(load(kGroup, group));
      ask.push_back(go(h.rules));
    }
    ask.push_back(go(h.verdict));
    Match match = state(kNew);
    if (direction == Direction::kEgress)
      match.set(Field::kInPort, port.ofport);
    else
      match = with(std::move(match), kOutPort, port.ofport);
    flows.push_back(flow(h.groups, std::move(match), std::move(ask)));
  }
  return flows;
}

Flows policy_of_rule(const model::SecurityGroupRule& rule, std::uint32_t group, std::uint32_t remote) {
  const Half& h = half(rule.direction);
  if (rule.remote_prefix && rule.remote_prefix->version() != rule.ethertype) return {};
  Flows flows;
  for (Match& match : protocol_matches(rule, group)) {
    if (rule.remote_group) {
      flows.push_back(flow(h.remote, std::move(match), {openflow::Conjunction{remote, kRulesClause, 2}}));
      continue;
    }
    if (rule.remote_prefix)
      match.set_prefix(remote_address(rule.direction, rule.ethertype), *rule.remote_prefix);
    flows.push_back(flow(h.rule, std::move(match), {load(kAllowed, 1)}));
  }
  return flows;
}

Flows policy_of_remote_group(std::uint32_t remote, Direction direction) {
  return {flow(half(direction).remote, Match().set(Field::kConjId, remote), {load(kAllowed, 1)})};
}

Flows policy_of_member(NetworkKey network, const IpPrefix& address, std::uint32_t remote,
                       Direction direction) {
  const auto version = address.version();
  Match match = ip(with({}, kNetworkField, network.value), version);
  match.set_prefix(remote_address(direction, version), address);
  return {flow(half(direction).remote, std::move(match), {openflow::Conjunction{remote, kMembersClause, 2}})};
}

}  // namespace weft::fabric
