#include "reference/mutations.h"

#include <algorithm>

#include "fabric/cookie.h"
#include "fabric/families.h"
#include "fabric/packet_in.h"
#include "fabric/registers.h"

namespace weft::reference {
namespace {

using fabric::Family;
using fabric::ObjectKind;
using openflow::Bits;
using openflow::Field;
using openflow::Flow;
using Flows = std::vector<Flow>;

bool is_of(const Flow& flow, const Family& family) {
  return flow.key.table == fabric::number(family.table) && flow.key.priority == family.priority;
}

/// All flows of a family are missing.
Mutation without(const Family& family) {
  return [family](Flows flows) {
    std::erase_if(flows, [&](const Flow& flow) { return is_of(flow, family); });
    return flows;
  };
}

/// Every flow of a family is changed.
template <typename Edit>
Mutation changed(const Family& family, Edit edit) {
  return [family, edit](Flows flows) {
    for (Flow& flow : flows)
      if (is_of(flow, family)) edit(flow);
    return flows;
  };
}

/// The match without one of its fields.
Mutation ignoring(const Family& family, Field field) {
  return changed(family, [field](Flow& flow) {
    openflow::Match match;
    for (const auto& [f, entry] : flow.key.match.entries())
      if (f != field) match.set_masked(f, entry.value, entry.mask);
    flow.key.match = match;
  });
}

template <typename T>
Mutation without_action(const Family& family) {
  return changed(family, [](Flow& flow) {
    std::erase_if(flow.actions, [](const auto& action) { return std::holds_alternative<T>(action); });
  });
}

Mutation dropping(const Family& family) {
  return changed(family, [](Flow& flow) { flow.actions.clear(); });
}

/// A prefix or port mask that is one bit too short.
Mutation one_bit_wider(const Family& family, Field field) {
  return changed(family, [field](Flow& flow) {
    const auto* entry = flow.key.match.find(field);
    if (!entry) return;
    const std::uint64_t lowest = entry->mask.lo & ~(entry->mask.lo - 1);
    const Bits mask(entry->mask.hi, entry->mask.lo & ~lowest);
    flow.key.match.set_masked(field, entry->value & mask, mask);
  });
}

/// The zone of another register than the port's.
Mutation fixed_zone(const Family& family) {
  return changed(family, [](Flow& flow) {
    for (auto& action : flow.actions)
      if (auto* ct = std::get_if<openflow::ConnTrack>(&action)) ct->zone_from.reset(), ct->zone = 1;
  });
}

/// Rules of one direction are also, or only, those of the other.
Mutation both_directions(const Family& from, const Family& to) {
  return [from, to](Flows flows) {
    Flows copies;
    for (const Flow& flow : flows)
      if (is_of(flow, from)) {
        copies.push_back(flow);
        copies.back().key.table = fabric::number(to.table);
      }
    std::erase_if(flows, [&](const Flow& flow) { return is_of(flow, to); });
    flows.insert(flows.end(), copies.begin(), copies.end());
    return flows;
  };
}

/// Every second of the flows that belong to objects of a kind is missing.
Mutation half_of(const Family& family, std::optional<ObjectKind> kind = std::nullopt) {
  return [family, kind](Flows flows) {
    int n = 0;
    std::erase_if(flows, [&](const Flow& flow) {
      return is_of(flow, family) && (!kind || fabric::kind_of(flow.cookie) == *kind) && n++ % 2 == 0;
    });
    return flows;
  };
}

/// Flows of a table that match a field (with a value) are missing.
Mutation without_matches(fabric::Table table, Field field,
                         std::optional<std::uint64_t> value = std::nullopt) {
  return [=](Flows flows) {
    std::erase_if(flows, [&](const Flow& flow) {
      const auto* entry = flow.key.match.find(field);
      return flow.key.table == fabric::number(table) && entry && (!value || entry->value == Bits(*value));
    });
    return flows;
  };
}

/// Asks another table.
Mutation asking(const Family& family, fabric::Table instead_of, fabric::Table table) {
  return changed(family, [=](Flow& flow) {
    for (auto& action : flow.actions)
      if (auto* resubmit = std::get_if<openflow::Resubmit>(&action))
        if (resubmit->table == fabric::number(instead_of)) resubmit->table = fabric::number(table);
  });
}

Mutation blaming(const Family& family, fabric::Drop reason) {
  return changed(family, [reason](Flow& flow) {
    for (auto& action : flow.actions)
      if (auto* set = std::get_if<openflow::SetField>(&action))
        if (set->field == fabric::kDropReason.field()) set->value = Bits(static_cast<std::uint64_t>(reason));
  });
}

/// What goes up for one reason does so for another, or through another port's meter.
Mutation punting(const Family& family, void (*edit)(openflow::Controller&)) {
  return changed(family, [edit](Flow& flow) {
    for (auto& action : flow.actions)
      if (auto* up = std::get_if<openflow::Controller>(&action)) edit(*up);
  });
}

/// Requests go up from every port, whatever it and its network say.
Mutation punting_for_all(const Family& family, Field port) {
  return [family, port](Flows flows) {
    Flows copies;
    for (const Flow& flow : flows)
      if (is_of(flow, family))
        for (std::uint64_t number = 10; number <= 20; ++number) {  // NodeWorld::plug
          copies.push_back(flow);
          copies.back().key.match.set(port, number);
          for (auto& action : copies.back().actions)
            if (auto* up = std::get_if<openflow::Controller>(&action))
              up->meter_id = fabric::request_meter(static_cast<std::uint32_t>(number));
        }
    std::erase_if(flows, [&](const Flow& flow) { return is_of(flow, family); });
    flows.insert(flows.end(), copies.begin(), copies.end());
    return flows;
  };
}

Mutation larger_by(int bytes) {
  return changed(fabric::family::kNetworkMtu, [bytes](Flow& flow) {
    for (auto& action : flow.actions)
      if (auto* check = std::get_if<openflow::CheckPktLarger>(&action))
        check->size = static_cast<std::uint16_t>(check->size + bytes);
  });
}

/// One field of an answer is not written, or is written otherwise.
Mutation not_setting(const Family& family, Field field) {
  return changed(family, [field](Flow& flow) {
    std::erase_if(flow.actions, [field](const auto& action) {
      const auto* set = std::get_if<openflow::SetField>(&action);
      const auto* move = std::get_if<openflow::Move>(&action);
      return (set && set->field == field) || (move && move->destination.field == field);
    });
  });
}
Mutation setting(const Family& family, Field field, std::uint64_t value) {
  return changed(family, [field, value](Flow& flow) {
    for (auto& action : flow.actions)
      if (auto* set = std::get_if<openflow::SetField>(&action); set && set->field == field)
        set->value = Bits(value);
  });
}

/// Packets of connections that are established go on, allowed or not.
Mutation trusting_established(const Family& denied, fabric::Table next) {
  return [=](Flows flows) {
    constexpr std::uint64_t kEstablished = 2, kTracked = 32;  // ct_state, ovs-fields(7)
    Flow trust;
    trust.key.table = fabric::number(denied.table);
    trust.key.priority = static_cast<std::uint16_t>(denied.priority + 1);
    trust.key.match.set_masked(Field::kCtState, kEstablished | kTracked, kEstablished | kTracked);
    trust.actions = {openflow::Resubmit{fabric::number(next)}};
    flows.push_back(trust);
    return flows;
  };
}

/// All that a port may use is its own: what lets it detect that somebody else has an address keeps it from
/// being answered, however wide the pair.
Mutation wide_pairs_are_own(const Family& detection, const std::vector<Field>& sender) {
  return [=](Flows flows) {
    Flows own, detections = flows;
    for (const Field field : sender) detections = ignoring(detection, field)(detections);
    for (const Flow& flow : detections) {
      if (!is_of(flow, detection)) continue;
      own.push_back(
          {.key = flow.key, .actions = {openflow::Resubmit{fabric::number(fabric::Table::kEgressPolicy)}}});
      own.back().key.table = fabric::number(fabric::family::kOwnAddress.table);
      own.back().key.priority = fabric::family::kOwnAddress.priority - 1;
    }
    flows.insert(flows.end(), own.begin(), own.end());
    return flows;
  };
}

/// What is learned in one network is known in all.
Mutation places_of_every_network() {
  return [](Flows flows) {
    for (Flow& flow : flows)
      for (auto& action : flow.actions)
        if (auto* learn = std::get_if<openflow::Learn>(&action))
          std::erase_if(learn->match, [](const auto& part) { return part.to.field == Field::kReg0; });
    return flows;
  };
}

}  // namespace

std::vector<NamedMutation> mutations() {
  namespace f = fabric::family;
  using fabric::Drop;
  using fabric::Table;
  using openflow::ConnTrack;
  using openflow::Learn;
  return {
      {"ingress rules dropped", without(f::kIngressRule)},
      {"every second egress rule dropped", half_of(f::kEgressRule)},
      {"egress rules also used for ingress", both_directions(f::kEgressRule, f::kIngressRule)},
      {"no commit on the way out", without_action<ConnTrack>(f::kEgressCommit)},
      {"no commit on the way in", without_action<ConnTrack>(f::kIngressCommit)},
      {"established not asked again on the way out",
       trusting_established(f::kEgressDenied, Table::kL2Lookup)},
      {"established not asked again on the way in", trusting_established(f::kIngressDenied, Table::kOutput)},
      {"leaving replies ask egress rules",
       asking(f::kEgressReply, Table::kIngressRules, Table::kEgressRules)},
      {"arriving replies ask ingress rules",
       asking(f::kIngressReply, Table::kEgressRules, Table::kIngressRules)},
      {"replies to lost addresses", ignoring(f::kIngressReply, Field::kCtIpv4Src)},
      {"invalid packets ask the rules", without(f::kIngressInvalid)},
      {"one zone for all receivers", fixed_zone(f::kDestinationTrack)},
      {"no later fragments", without_matches(Table::kIngressRules, Field::kIpFrag)},
      {"no replies of SCTP", without_matches(Table::kEgressRules, Field::kSctpSrc)},
      {"no answers to pings", without_matches(Table::kEgressRules, Field::kIcmpType, 0)},
      {"stateless packets ask the other direction",
       asking(f::kSourceStateless, Table::kEgressRules, Table::kIngressRules)},
      {"stateless ports not asked", dropping(f::kDestinationStateless)},
      {"ports without groups are open", without(f::kSourceClosed)},
      {"essentials need rules", without(f::kSourceEssential)},
      {"remote group members missing", half_of(f::kIngressRemote, ObjectKind::kMember)},
      {"address group entries missing", half_of(f::kIngressRemote, ObjectKind::kAddressGroupEntry)},
      {"members of every network", ignoring(f::kIngressRemote, Field::kReg0)},
      {"rule ports one bit too wide", one_bit_wider(f::kIngressRule, Field::kCtTpDst)},
      {"rule prefix one bit too wide", one_bit_wider(f::kIngressRule, Field::kCtIpv4Src)},
      {"rule ports ignored", ignoring(f::kIngressRule, Field::kCtTpDst)},
      {"rule protocol ignored", ignoring(f::kEgressRule, Field::kCtIpProto)},
      {"allowed address one bit too wide", one_bit_wider(f::kOwnIp, Field::kIpv4Src)},
      {"source MAC not checked", ignoring(f::kOwnIp, Field::kEthSrc)},
      {"ARP sender not checked", ignoring(f::kOwnArp, Field::kArpSpa)},
      {"ARP sender MAC not checked", ignoring(f::kOwnArp, Field::kArpSha)},
      {"ND target not checked", ignoring(f::kOwnAdvertisement, Field::kNdTarget)},
      {"ND option not checked", ignoring(f::kOwnSolicitation, Field::kNdSll)},
      {"duplicates of others detected", without(f::kNdForeignDetection)},
      {"tags let through", without(f::kVlanTagged)},
      {"rogue DHCP let through", without(f::kRogueDhcp)},
      {"rogue router advertisements let through", without(f::kRogueRa)},
      {"hidden headers let through", without_matches(Table::kPortSecurity, Field::kIpFrag)},
      {"hidden protocols let through", without_matches(Table::kPortSecurity, Field::kIpProto, 0)},
      {"ND in fragments let through", without_matches(Table::kNeighbourSecurity, Field::kIpFrag)},
      {"multicast sources let through", without(f::kMulticastSource)},
      {"ends of tunnels reached from inside", without(f::kTunnelEndpoint)},
      {"own address answered", without(f::kOwnAddress)},
      {"wide pairs not answered", wide_pairs_are_own(f::kArpProbe, {Field::kArpSpa})},
      {"wide pairs of IPv6 not answered",
       wide_pairs_are_own(f::kNdDetection, {Field::kIpv6Src, Field::kNdSll})},
      {"ARP answered across networks", ignoring(f::kArpReply, Field::kReg0)},
      {"MACs known across networks", ignoring(f::kLocalMac, Field::kReg0)},
      {"tunnelled packets sent on", ignoring(f::kFloodFromNode, Field::kReg0)},
      {"remote ports unknown", without(f::kRemoteMac)},
      {"down ports flooded to", without(f::kDownMac)},
      {"absent ports flooded to", without(f::kAbsentMac)},
      {"places of every network", places_of_every_network()},
      {"pairs are never placed", without_action<Learn>(f::kOwnArp)},
      {"places behind tunnels never learned", without_action<Learn>(f::kAnnouncement)},
      {"from tunnel to tunnel by place", ignoring(f::kPlacedThere, Field::kReg0)},
      {"too small by an Ethernet header", larger_by(-14)},
      {"too large by an Ethernet header", larger_by(14)},
      {"too large by one byte", larger_by(1)},
      {"sizes of another network", ignoring(f::kNetworkMtu, Field::kReg0)},
      {"no size at all", without(f::kNetworkMtu)},
      {"too big: nobody is told", without_action<openflow::Controller>(f::kTooBig)},
      {"too big: let through", dropping(f::kTooBig)},
      {"DHCP for ports that do without", punting_for_all(f::kDhcpRequest, Field::kInPort)},
      {"DHCPv6 for networks without", punting_for_all(f::kDhcp6Request, Field::kInPort)},
      {"advertisements for networks without", punting_for_all(f::kRouterSolicitation, Field::kInPort)},
      {"DHCPv6 not served", without(f::kDhcp6Request)},
      {"requests of all ports through one meter",
       punting(f::kDhcpRequest, [](openflow::Controller& up) { up.meter_id = fabric::request_meter(10); })},
      {"requests without a meter",
       punting(f::kRouterSolicitation, [](openflow::Controller& up) { up.meter_id = 0; })},
      {"DHCPv6 taken for DHCP",
       punting(f::kDhcp6Request, [](openflow::Controller& up) { up.userdata = {1}; })},
      {"router solicitations from afar", ignoring(f::kOwnRouterSolicitation, Field::kIpTtl)},
      {"ND from afar let through", ignoring(f::kOwnSolicitation, Field::kIpTtl)},
      {"ND from afar answered", ignoring(f::kNeighbourReply, Field::kIpTtl)},
      {"ND in fragments answered", ignoring(f::kNeighbourReply, Field::kIpFrag)},
      {"ND answered across networks", ignoring(f::kNeighbourReply, Field::kReg0)},
      {"ND never answered", without(f::kNeighbourReply)},
      {"duplicate address detection answered to nobody", without(f::kDetectionAnswer)},
      {"detection answered as if solicited", setting(f::kDetectionAnswer, Field::kNdReserved, 3ULL << 29)},
      {"solicitations answered as if by a router",
       setting(f::kSolicitationAnswer, Field::kNdReserved, 7ULL << 29)},
      {"answered without the MAC", not_setting(f::kAdvertisement, Field::kNdTll)},
      {"answered from another address", not_setting(f::kSolicitationAnswer, Field::kIpv6Src)},
      {"answered with the source's option", not_setting(f::kSolicitationAnswer, Field::kNdOptionsType)},
      {"ARP answered to nobody", not_setting(f::kArpReply, Field::kArpTpa)},
      {"ARP answered with another MAC", not_setting(f::kArpReply, Field::kArpSha)},
      {"ping answered in another network", ignoring(f::kEchoReply, Field::kReg0)},
      {"ping answered for every MAC", ignoring(f::kEchoReply, Field::kEthDst)},
      {"fragments of pings answered", ignoring(f::kEchoReply, Field::kIpFrag)},
      {"ping answered by a question", not_setting(f::kEchoReply, Field::kIcmpType)},
      {"ping answered with the question's hop limit", not_setting(f::kEchoReply, Field::kIpTtl)},
      {"distributed ports flooded to", without(f::kDistributedMac)},
      {"redirects let through", without_matches(Table::kPortSecurity, Field::kIcmpv6Type, 137)},
      {"reason: another spoof", blaming(f::kSpoofedIp, Drop::kSpoofedMac)},
      {"reason: the other side's rules", blaming(f::kIngressDenied, Drop::kNoRuleOut)},
      {"reason: none", blaming(f::kEgressInvalid, Drop::kNone)},
  };
}

}  // namespace weft::reference
