#pragma once
// Rules, and the members and prefixes that they name. A remote group or address group is a conjunction of the
// rules that name it and the addresses in it.
//
// Rules of stateful groups look at the connection: its original tuple as the tracker tells it, whichever way
// the packet goes. Rules of stateless groups look at the packet.

#include "fabric/features/view.h"
#include "model/security.h"

namespace weft::fabric {

enum class RuleForm : std::uint8_t { kStateful, kStateless };
inline constexpr std::array kRuleForms = {RuleForm::kStateful, RuleForm::kStateless};

/// The conjunction of a remote group or address group for rules of one form. Keys of groups are even.
constexpr std::uint32_t conjunction_id(std::uint32_t key, RuleForm form) {
  return form == RuleForm::kStateful ? key : key | 1;
}

/// One rule of the group with key `group`. `remote` is the key of its remote group or address group, if it
/// has one. Nothing for a rule that the switch can't check (ports of a protocol whose ports it can't see): it
/// then allows nothing.
Flows flows_of_rule(const model::SecurityGroupRule& rule, RuleForm form, std::uint32_t group,
                    std::uint32_t remote);

/// Where the two clauses of a remote meet.
Flows flows_of_remote(std::uint32_t remote, RuleForm form, model::Direction direction);

/// One address (or allowed prefix) of one member of a remote group, which counts in its network only.
Flows flows_of_member(NetworkKey network, const IpPrefix& address, std::uint32_t remote, RuleForm form,
                      model::Direction direction);

/// One prefix of a remote address group.
Flows flows_of_entry(const IpPrefix& prefix, std::uint32_t remote, RuleForm form, model::Direction direction);

}  // namespace weft::fabric
