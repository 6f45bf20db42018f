#include "fabric/features/security_group_rules.h"

#include "fabric/features/conntrack.h"
#include "fabric/features/port_range.h"

namespace weft::fabric {
namespace {

using model::Direction;
using openflow::Field;
using openflow::Match;
using Matches = std::vector<Match>;

struct Families {
  const Family &rule, &remote;
};
constexpr Families kEgressFamilies{family::kEgressRule, family::kEgressRemote};
constexpr Families kIngressFamilies{family::kIngressRule, family::kIngressRemote};

const Families& families(Direction direction) {
  return direction == Direction::kEgress ? kEgressFamilies : kIngressFamilies;
}

/// The fields in which a rule of a form sees addresses, protocol and service.
struct Sight {
  RuleForm form;
  bool v4;

  /// What the original tuple needs to be there.
  Match base(Match match) const {
    match = ip(std::move(match), v4 ? IpVersion::kV4 : IpVersion::kV6);
    return stateful() ? in_state(std::move(match), {.clear = kCtInvalid}) : match;
  }
  bool stateful() const { return form == RuleForm::kStateful; }
  Field protocol() const { return stateful() ? Field::kCtIpProto : Field::kIpProto; }
  /// The far end as the opener of the connection sees it: its destination on the way out, its source on the
  /// way in.
  Field remote(Direction direction) const {
    const bool out = direction == Direction::kEgress;
    if (stateful() && v4) return out ? Field::kCtIpv4Dst : Field::kCtIpv4Src;
    if (stateful()) return out ? Field::kCtIpv6Dst : Field::kCtIpv6Src;
    const auto version = v4 ? IpVersion::kV4 : IpVersion::kV6;
    return out ? ip_destination(version) : ip_source(version);
  }
};

Match of_protocol(const Sight& sight, Match match, int protocol) {
  match.set(sight.protocol(), static_cast<std::uint64_t>(protocol));
  return match;
}

/// The packet's own protocol, for what the tracker does not tell.
Match of_own_protocol(const Sight& sight, Match match, int protocol, CtState state) {
  match.set(Field::kIpProto, static_cast<std::uint64_t>(protocol));
  if (!sight.stateful()) return match;
  state.clear |= kCtInvalid;
  return in_state(std::move(match), state);
}

/// Fragments after the first show neither ports nor types; in IPv6 not even their protocol, to any but the
/// tracker.
Match later_fragments(const Sight& sight, const Match& base, int protocol) {
  const bool hidden = !sight.v4 && !sight.stateful();
  return of_protocol(sight, base, hidden ? kIpv6Fragment : protocol)
      .set_masked(Field::kIpFrag, kLaterFragment, kFragmentMask);
}

/// The type of the message that answers a query (RFC 792, RFC 4443).
std::optional<int> answer_to(int type, bool v4) {
  if (!v4) return type == 128 ? std::optional(129) : std::nullopt;
  switch (type) {
    case 8:
      return 0;
    case 13:
      return 14;
    case 15:
      return 16;
    default:
      return std::nullopt;
  }
}

Matches with_icmp_type(const Sight& sight, const Match& base, const model::SecurityGroupRule& rule,
                       int protocol) {
  const Field type = sight.v4 ? Field::kIcmpType : Field::kIcmpv6Type;
  const Field code = sight.v4 ? Field::kIcmpCode : Field::kIcmpv6Code;
  const int wanted = *rule.port_range_min;
  // An error about a connection of another protocol is ICMP too: the connection decides.
  const Match of_icmp = of_protocol(sight, base, protocol);
  Match query = of_own_protocol(sight, of_icmp, protocol, {.clear = kCtReply});
  query.set(type, static_cast<std::uint64_t>(wanted));
  if (rule.port_range_max) query.set(code, static_cast<std::uint64_t>(*rule.port_range_max));
  Matches matches = {query, later_fragments(sight, base, protocol)};
  if (!sight.stateful()) return matches;
  // The tracker knows queries and answers of code 0 only.
  const auto answer = answer_to(wanted, sight.v4);
  if (answer && rule.port_range_max.value_or(0) == 0) {
    Match reply = of_own_protocol(sight, of_icmp, protocol, {.set = kCtReply});
    matches.push_back(reply.set(type, static_cast<std::uint64_t>(*answer)));
  }
  matches.push_back(of_protocol(sight, in_state(base, {.set = kCtRelated, .clear = kCtInvalid}), protocol));
  return matches;
}

std::vector<MaskedPort> blocks_of(const model::SecurityGroupRule& rule) {
  const int low = rule.port_range_min.value_or(0);
  const int high = rule.port_range_max.value_or(rule.port_range_min ? low : 0xffff);
  return port_range_masks(static_cast<std::uint16_t>(low), static_cast<std::uint16_t>(high));
}

/// TCP and UDP: the tracker knows the connection's ports.
Matches with_tracked_ports(const Sight& sight, const Match& base, const model::SecurityGroupRule& rule,
                           int protocol) {
  Matches matches = {later_fragments(sight, base, protocol)};
  const Field own = protocol == kTcp ? Field::kTcpDst : Field::kUdpDst;
  for (const auto& block : blocks_of(rule)) {
    matches.push_back(of_protocol(sight, base, protocol)
                          .set_masked(sight.stateful() ? Field::kCtTpDst : own, block.value, block.mask));
  }
  return matches;
}

/// SCTP: the tracker knows addresses only. The service is the destination of what the opener sends, and the
/// source of what comes back.
Matches with_own_ports(const Sight& sight, const Match& base, const model::SecurityGroupRule& rule,
                       int protocol) {
  Matches matches = {later_fragments(sight, base, protocol)};
  for (const auto& block : blocks_of(rule)) {
    const Match forth = of_own_protocol(sight, base, protocol, {.clear = kCtReply});
    matches.push_back(Match(forth).set_masked(Field::kSctpDst, block.value, block.mask));
    if (!sight.stateful()) continue;
    const Match back = of_own_protocol(sight, base, protocol, {.set = kCtReply});
    matches.push_back(Match(back).set_masked(Field::kSctpSrc, block.value, block.mask));
  }
  if (sight.stateful())
    matches.push_back(of_protocol(sight, in_state(base, {.set = kCtRelated, .clear = kCtInvalid}), protocol));
  return matches;
}

/// What a rule says of protocol, ports and types.
Matches protocol_matches(const Sight& sight, const model::SecurityGroupRule& rule, std::uint32_t group) {
  const Match base = sight.base(with({}, kGroup, group));
  if (!rule.protocol) return {base};
  // Neutron's "icmp" in an IPv6 rule means ICMPv6.
  const int protocol = !sight.v4 && *rule.protocol == kIcmp ? kIcmpv6 : *rule.protocol;
  if (!rule.port_range_min && !rule.port_range_max) {
    const Match whole = of_protocol(sight, base, protocol);
    if (sight.v4 || sight.stateful()) return {whole};
    return {whole, later_fragments(sight, base, protocol)};
  }
  if (protocol == (sight.v4 ? kIcmp : kIcmpv6) && rule.port_range_min)
    return with_icmp_type(sight, base, rule, protocol);
  if (protocol == kTcp || protocol == kUdp) return with_tracked_ports(sight, base, rule, protocol);
  if (protocol == kSctp) return with_own_ports(sight, base, rule, protocol);
  return {};
}

constexpr std::uint8_t kRulesClause = 1, kRemotesClause = 2;

openflow::Flow remote_clause(const Sight& sight, Match match, const IpPrefix& prefix, std::uint32_t remote,
                             Direction direction) {
  match = sight.base(std::move(match)).set_prefix(sight.remote(direction), prefix);
  return flow(families(direction).remote, std::move(match),
              {openflow::Conjunction{conjunction_id(remote, sight.form), kRemotesClause, 2}});
}

}  // namespace

Flows flows_of_rule(const model::SecurityGroupRule& rule, RuleForm form, std::uint32_t group,
                    std::uint32_t remote) {
  const Families& family = families(rule.direction);
  const Sight sight{form, rule.ethertype == IpVersion::kV4};
  if (rule.remote_prefix && rule.remote_prefix->version() != rule.ethertype) return {};
  Flows flows;
  for (Match& match : protocol_matches(sight, rule, group)) {
    if (rule.remote_group || rule.remote_address_group) {
      flows.push_back(flow(family.remote, std::move(match),
                           {openflow::Conjunction{conjunction_id(remote, form), kRulesClause, 2}}));
      continue;
    }
    if (rule.remote_prefix) match.set_prefix(sight.remote(rule.direction), *rule.remote_prefix);
    flows.push_back(flow(family.rule, std::move(match), {load(kAllowed, 1)}));
  }
  return flows;
}

Flows flows_of_remote(std::uint32_t remote, RuleForm form, Direction direction) {
  return {flow(families(direction).remote, Match().set(Field::kConjId, conjunction_id(remote, form)),
               {load(kAllowed, 1)})};
}

Flows flows_of_member(NetworkKey network, const IpPrefix& address, std::uint32_t remote, RuleForm form,
                      Direction direction) {
  const Sight sight{form, address.version() == IpVersion::kV4};
  return {remote_clause(sight, with({}, kNetworkField, network.value), address, remote, direction)};
}

Flows flows_of_entry(const IpPrefix& prefix, std::uint32_t remote, RuleForm form, Direction direction) {
  return {remote_clause({form, prefix.version() == IpVersion::kV4}, {}, prefix, remote, direction)};
}

}  // namespace weft::fabric
