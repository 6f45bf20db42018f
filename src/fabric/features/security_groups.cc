#include "fabric/features/security_groups.h"

#include <set>

#include "fabric/features/conntrack.h"
#include "fabric/features/neighbour_security.h"
#include "net/eui64.h"

namespace weft::fabric {
namespace {

using model::Direction;
using openflow::Field;
using openflow::Match;

/// One direction of policy: the same shape on the way out and on the way in.
struct Half {
  Table policy_table, state, verdict, next;
  const RegisterField &policy, &zone;
  const Family &open, &essential, &stateless, &track, &closed, &committed, &invalid, &opened, &reply, &commit,
      &allowed, &denied;
  Table rules_opened, rules_reply;
};

constexpr Half kEgressHalf{Table::kEgressPolicy,
                           Table::kEgressState,
                           Table::kEgressVerdict,
                           Table::kL2Lookup,
                           kSourcePolicy,
                           kSourceZone,
                           family::kSourceOpen,
                           family::kSourceEssential,
                           family::kSourceStateless,
                           family::kSourceTrack,
                           family::kSourceClosed,
                           family::kEgressCommitted,
                           family::kEgressInvalid,
                           family::kEgressOpened,
                           family::kEgressReply,
                           family::kEgressCommit,
                           family::kEgressAllowed,
                           family::kEgressDenied,
                           Table::kEgressRules,
                           Table::kIngressRules};
constexpr Half kIngressHalf{Table::kIngressPolicy,
                            Table::kIngressState,
                            Table::kIngressVerdict,
                            Table::kOutput,
                            kDestinationPolicy,
                            kDestinationZone,
                            family::kDestinationOpen,
                            family::kDestinationEssential,
                            family::kDestinationStateless,
                            family::kDestinationTrack,
                            family::kDestinationClosed,
                            family::kIngressCommitted,
                            family::kIngressInvalid,
                            family::kIngressOpened,
                            family::kIngressReply,
                            family::kIngressCommit,
                            family::kIngressAllowed,
                            family::kIngressDenied,
                            Table::kIngressRules,
                            Table::kEgressRules};

const Half& half(Direction direction) {
  return direction == Direction::kEgress ? kEgressHalf : kIngressHalf;
}

constexpr std::array kDirections = {Direction::kEgress, Direction::kIngress};
constexpr openflow::Bits kGroups(0xff00ULL << 48, 0);  // ff00::/8, as value and as mask

Match of_policy(const Half& h, PortPolicy policy) {
  return with({}, h.policy, static_cast<std::uint64_t>(policy));
}

/// ARP, neighbour discovery and multicast listener messages, and the client's or the server's half of DHCP.
Flows essentials(const Half& h, Direction direction) {
  Flows flows = {flow(h.essential, arp({}), {go(h.next)})};
  for (int type : {kRouterAdvertisement, kNeighbourSolicitation, kNeighbourAdvertisement})
    flows.push_back(flow(h.essential, icmpv6({}, type), {go(h.next)}));
  // Listeners and hosts that look for routers speak to groups only: MLD (RFC 2710, RFC 3810), RFC 4861.
  for (int type : {kListenerQuery, kListenerReport, kListenerDone, kRouterSolicitation, kListenerReportV2}) {
    flows.push_back(
        flow(h.essential, icmpv6({}, type).set_masked(Field::kIpv6Dst, kGroups, kGroups), {go(h.next)}));
  }
  const bool out = direction == Direction::kEgress;
  flows.push_back(flow(h.essential, udp({}, IpVersion::kV4, out ? 68 : 67, out ? 67 : 68), {go(h.next)}));
  flows.push_back(flow(h.essential, udp({}, IpVersion::kV6, out ? 546 : 547, out ? 547 : 546), {go(h.next)}));
  return flows;
}

Flows tracking(const Half& h) {
  Flows flows;
  for (auto version : kIpVersions) {
    const openflow::ConnTrack find{.zone_from = h.zone.bits(), .recirc_table = number(h.state)};
    openflow::ConnTrack commit = find;
    commit.commit = true;
    const Match tracked = ip(of_policy(h, PortPolicy::kStateful), version);
    flows.push_back(flow(h.track, tracked, {load(kAllowed, 0), find}));
    const Match is_new = in_state(with(tracked, kAllowed, 1), {.set = kCtNew});
    flows.push_back(flow(h.commit, is_new, {commit}));
  }
  flows.push_back(flow(h.allowed, with({}, kAllowed, 1), {go(h.next)}));
  return flows;
}

/// The port's packets, on this half.
Match of_port(Match match, Direction direction, const PortView& port) {
  if (direction == Direction::kIngress) return with(std::move(match), kOutPort, port.ofport);
  match.set(Field::kInPort, port.ofport);
  return match;
}

Actions ask(const PortView& port, Table rules, Table verdict) {
  Actions actions = {load(kAllowed, 0)};
  for (auto group : port.groups) {
    actions.push_back(load(kGroup, group));
    actions.push_back(go(rules));
  }
  actions.push_back(go(verdict));
  return actions;
}

/// Back from the tracker. It also lets go here what it held of fragments in other ports' zones: none of this
/// port's business, in this port's network or at all.
Match tracked(const PortView& port, Direction direction, CtState state) {
  return of_port(in_state({}, state), direction, port).set(Field::kCtZone, port.zone);
}

/// What the port may open connections from, with any of its MACs.
std::set<IpPrefix> own_sources(const PortView& port) {
  std::set<IpPrefix> sources = {IpPrefix(link_local(port.port->mac), 128)};
  for (const auto& [mac, prefix] : port.allowed_pairs()) {
    sources.insert(prefix);
    sources.insert(IpPrefix(link_local(mac), 128));
  }
  return sources;
}

/// Replies to what the port opened. The question had an address of the port; does the port still have it?
Flows arriving_replies(const PortView& port) {
  Flows flows;
  auto reply_to = [&](const IpPrefix& source) {
    const bool v4 = source.version() == IpVersion::kV4;
    const Match reply =
        ip(tracked(port, Direction::kIngress, {.set = kCtReply, .clear = kCtInvalid}), source.version())
            .set_prefix(v4 ? Field::kCtIpv4Src : Field::kCtIpv6Src, source);
    flows.push_back(
        flow(kIngressHalf.reply, reply, ask(port, kIngressHalf.rules_reply, kIngressHalf.verdict)));
  };
  for (const auto& source : own_sources(port)) reply_to(source);
  flows.push_back(drop(family::kIngressReplyLost, tracked(port, Direction::kIngress, {.set = kCtReply})));
  return flows;
}

Flows stateful(const PortView& port, Direction direction) {
  const Half& h = half(direction);
  auto in = [&](CtState state) { return tracked(port, direction, state); };
  // A reply is what goes against the direction in which the connection was opened.
  Flows flows = {
      flow(h.committed, with(in({.clear = kCtInvalid}), kAllowed, 1), {go(h.next)}),
      drop(h.invalid, in({.set = kCtInvalid})),
      flow(h.opened, in({.clear = kCtReply}), ask(port, h.rules_opened, h.verdict)),
      drop(h.denied, of_port({}, direction, port)),
  };
  if (direction == Direction::kEgress)
    flows.push_back(flow(h.reply, in({.set = kCtReply}), ask(port, h.rules_reply, h.verdict)));
  else
    append(flows, arriving_replies(port));
  return flows;
}

Flows stateless(const PortView& port, Direction direction) {
  const Half& h = half(direction);
  Flows flows = {drop(h.denied, of_port({}, direction, port))};
  for (auto version : kIpVersions) {
    flows.push_back(
        flow(h.stateless, of_port(ip({}, version), direction, port), ask(port, h.rules_opened, h.verdict)));
  }
  return flows;
}

Flows closed(const PortView& port, Direction direction) {
  Flows flows;
  for (auto version : kIpVersions)
    flows.push_back(drop(half(direction).closed, of_port(ip({}, version), direction, port)));
  return flows;
}

Flows of_direction(const PortView& port, Direction direction) {
  switch (port.policy()) {
    case PortPolicy::kOpen:
      return {};
    case PortPolicy::kClosed:
      return closed(port, direction);
    case PortPolicy::kStateful:
      return stateful(port, direction);
    case PortPolicy::kStateless:
      return stateless(port, direction);
  }
  return {};
}

}  // namespace

Flows policy_pipeline() {
  Flows flows;
  for (auto direction : kDirections) {
    const Half& h = half(direction);
    flows.push_back(flow(h.open, of_policy(h, PortPolicy::kOpen), {go(h.next)}));
    append(flows, essentials(h, direction));
    append(flows, tracking(h));
  }
  return flows;
}

Flows policy_of_port(const PortView& port) {
  Flows flows;
  for (auto direction : kDirections) append(flows, of_direction(port, direction));
  if (port.policy() != PortPolicy::kOpen)
    flows.push_back(drop(family::kOtherIn, of_port({}, Direction::kIngress, port)));
  return flows;
}

}  // namespace weft::fabric
