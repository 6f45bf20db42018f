#pragma once
// Security groups that ports need.

#include "store/store.h"

namespace weft::ipam {

/// A default group with its rules, as Neutron makes it.
struct DefaultGroup {
  model::SecurityGroup group;
  std::vector<model::SecurityGroupRule> rules;
};
DefaultGroup plan_default_group(const std::string& project, std::int64_t now);

/// Fails unless all these groups exist. Asks the store for those that the intent does not show (an agent's
/// view is narrow). Errors: kNotFound SecurityGroupNotFound.
Task<void> require_groups(store::Store& store, std::vector<Uuid> groups);

/// May one port have all these groups? Stateful and stateless ones don't mix. Groups that the intent does not
/// show are not judged. Errors: kConflict SecurityGroupConflict.
Result<void> check_one_kind(const model::Intent& intent, const std::vector<Uuid>& groups);
/// Lets the write commit only while what check_one_kind() saw is still so.
void require_one_kind(store::Write& write, const model::Intent& intent, const std::vector<Uuid>& groups);

}  // namespace weft::ipam
