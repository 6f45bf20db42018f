#include "reference/mutations.h"

#include <algorithm>

#include "fabric/families.h"
#include "fabric/registers.h"

namespace weft::reference {
namespace {

using fabric::Family;
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

Mutation half_of(const Family& family) {
  return [family](Flows flows) {
    int n = 0;
    std::erase_if(flows, [&](const Flow& flow) { return is_of(flow, family) && n++ % 2 == 0; });
    return flows;
  };
}

}  // namespace

std::vector<NamedMutation> mutations() {
  namespace f = fabric::family;
  return {
      {"ingress rules dropped", without(f::kIngressRule)},
      {"every second egress rule dropped", half_of(f::kEgressRule)},
      {"egress rules also used for ingress", both_directions(f::kEgressRule, f::kIngressRule)},
      {"no commit on the way out", without_action<openflow::ConnTrack>(f::kEgressAllowed)},
      {"no commit on the way in", without_action<openflow::ConnTrack>(f::kIngressAllowed)},
      {"established not let in", dropping(f::kIngressEstablished)},
      {"one zone for all receivers", fixed_zone(f::kDestinationTrack)},
      {"remote group members missing", half_of(f::kIngressRemote)},
      {"members of every network", ignoring(f::kIngressRemote, Field::kReg0)},
      {"rule ports one bit too wide", one_bit_wider(f::kIngressRule, Field::kTcpDst)},
      {"rule prefix one bit too wide", one_bit_wider(f::kIngressRule, Field::kIpv4Src)},
      {"rule protocol ignored", ignoring(f::kIngressRule, Field::kTcpDst)},
      {"allowed address one bit too wide", one_bit_wider(f::kOwnIp, Field::kIpv4Src)},
      {"source MAC not checked", ignoring(f::kOwnIp, Field::kEthSrc)},
      {"ARP sender not checked", ignoring(f::kOwnArp, Field::kArpSpa)},
      {"ARP sender MAC not checked", ignoring(f::kOwnArp, Field::kArpSha)},
      {"tags let through", without(f::kVlanTagged)},
      {"rogue DHCP let through", without(f::kRogueDhcp)},
      {"own address answered", without(f::kOwnAddress)},
      {"ARP answered across networks", ignoring(f::kArpReply, Field::kReg0)},
      {"MACs known across networks", ignoring(f::kLocalMac, Field::kReg0)},
      {"tunnelled packets sent on", ignoring(f::kFloodFromNode, Field::kReg0)},
      {"remote ports unknown", without(f::kRemoteMac)},
      {"down ports flooded to", without(f::kDownMac)},
  };
}

}  // namespace weft::reference
