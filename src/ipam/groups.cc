#include "ipam/groups.h"

#include <fmt/format.h>

#include "ipam/clock.h"
#include "ipam/ports.h"
#include "ipam/retry.h"

namespace weft::ipam {
namespace {

using namespace weft::model;

SecurityGroupRule default_rule(const SecurityGroup& group, Direction direction, IpVersion ethertype) {
  SecurityGroupRule rule;
  rule.id = Uuid::random();
  rule.project_id = group.project_id;
  rule.created_at = rule.updated_at = group.created_at;
  rule.group = group.id;
  rule.direction = direction;
  rule.ethertype = ethertype;
  if (direction == Direction::kIngress) rule.remote_group = group.id;
  return rule;
}

store::Write insert(const DefaultGroup& plan) {
  store::Write write;
  write.insert(plan.group);
  for (const auto& rule : plan.rules) write.insert(rule);
  return write;
}

}  // namespace

DefaultGroup plan_default_group(const std::string& project, std::int64_t now) {
  DefaultGroup plan;
  SecurityGroup& group = plan.group;
  group.id = Uuid::random();
  group.project_id = project;
  group.name = "default";
  group.description = "Default security group";
  group.created_at = group.updated_at = now;
  group.revision = 1;
  group.key = "default/" + project;
  for (IpVersion ethertype : {IpVersion::kV4, IpVersion::kV6}) {
    for (Direction direction : {Direction::kEgress, Direction::kIngress})
      plan.rules.push_back(default_rule(group, direction, ethertype));
  }
  return plan;
}

Task<Uuid> ensure_default_group(store::Store& store, std::string project) {
  Error lost;
  for (int attempt = 1; attempt <= kTries; ++attempt) {
    if (auto known = store.intent().default_group_of(project)) co_return known->id;
    DefaultGroup plan = plan_default_group(project, now_micros());
    store::Write write = insert(plan);
    auto committed = co_await store.commit(write);
    if (committed) co_return plan.group.id;
    lost = committed.error();
    if (lost.code != Errc::kConflict) break;
    // Somebody has made it; an agent's view does not show it.
    std::vector<ovsdb::Clause> same_key{{"key", "==", ovsdb::Datum(ovsdb::Atom(plan.group.key))}};
    WEFT_CO_TRY(auto found, co_await store.query<SecurityGroup>(same_key));
    if (!found.empty()) co_return found.front().id;
    co_await pause_before_retry(attempt);
  }
  co_return fail(lost);
}

Task<void> require_groups(store::Store& store, std::vector<Uuid> groups) {
  std::string missing;
  for (const Uuid& id : groups) {
    if (store.intent().find<SecurityGroup>(id)) continue;
    std::vector<ovsdb::Clause> same_id{{"_uuid", "==", ovsdb::Datum(ovsdb::Atom(id))}};
    WEFT_CO_TRY(auto found, co_await store.query<SecurityGroup>(same_id));
    if (found.empty()) missing += (missing.empty() ? "" : ", ") + id.to_string();
  }
  if (missing.empty()) co_return Result<void>();
  co_return fail(Errc::kNotFound, fmt::format("Security group {} does not exist", missing),
                 "SecurityGroupNotFound");
}

Result<void> check_one_kind(const Intent& intent, const std::vector<Uuid>& groups) {
  std::optional<bool> stateful;
  for (const Uuid& id : groups) {
    auto group = intent.find<SecurityGroup>(id);
    if (!group) continue;
    if (stateful.value_or(group->stateful) != group->stateful) {
      return fail(
          Errc::kConflict,
          "Error Cannot apply both stateful and stateless security groups on the same port at the same "
          "time while attempting the operation.",
          "SecurityGroupConflict");
    }
    stateful = group->stateful;
  }
  return {};
}

void require_one_kind(store::Write& write, const Intent& intent, const std::vector<Uuid>& groups) {
  if (groups.size() < 2) return;  // one group can't be a mixture: most ports pay nothing
  for (const Uuid& id : groups) {
    auto group = intent.find<SecurityGroup>(id);
    if (group) write.require<SecurityGroup>(id, {{"stateful", ovsdb::Datum(ovsdb::Atom(group->stateful))}});
  }
}

}  // namespace weft::ipam
