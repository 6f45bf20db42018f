#include <set>

#include "ipam/ports.h"
#include "neutron/resource.h"
#include "neutron/security_errors.h"
#include "neutron/security_group_rule_body.h"
#include "store/conflict.h"

namespace weft::neutron {
namespace {

using model::SecurityGroup;
using model::SecurityGroupRule;

constexpr Names kNames{"security-group-rules", "security_group_rule", "security_group_rules"};

constexpr Attribute kAttributes[] = {
    {"id"},
    {"security_group_id", kPost | kRequired, valid_id},
    {"direction", kPost | kRequired, valid_direction},
    {"ethertype", kPost, valid_ethertype},
    {"protocol", kPost, valid_protocol},
    {"port_range_min", kPost, valid_port_number},
    {"port_range_max", kPost, valid_port_number},
    {"remote_ip_prefix", kPost, valid_remote_prefix},
    {"remote_group_id", kPost, valid_id_or_null},
    {"remote_address_group_id", kPost, valid_id_or_null},
    {"description", kPost | kPut, valid_description},
    {"project_id", kPost, valid_text},
    {"tenant_id", kPost, valid_text},
    {"normalized_cidr"},
    {"tags"},
    {"created_at"},
    {"updated_at"},
    {"revision_number"},
};

Error already_exists(const std::string& which) {
  return Error(Errc::kConflict, "Security group rule already exists. Rule id is " + which + ".",
               "SecurityGroupRuleExists");
}

/// A bulk is of one group and one project.
Result<void> check_together(const std::vector<SecurityGroupRule>& rules) {
  for (const auto& rule : rules) {
    if (rule.group != rules.front().group)
      return fail(Errc::kInvalid, "Only allowed to update rules for one security profile at a time",
                  "SecurityGroupNotSingleGroupRules");
    if (rule.project_id != rules.front().project_id)
      return fail(Errc::kInvalid, "Multiple tenant_ids in bulk security group rule create not allowed",
                  "SecurityGroupRulesNotSingleTenant");
  }
  return {};
}

Result<void> check_different(const std::vector<SecurityGroupRule>& rules) {
  std::set<std::string> keys;
  for (const auto& rule : rules)
    if (!keys.insert(rule.key()).second)
      return fail(Errc::kConflict, "Duplicate Security Group Rule in POST.",
                  "DuplicateSecurityGroupRuleInPost");
  return {};
}

/// A group counts its rules' changes among its own.
void touch_group(store::Write& write, const SecurityGroup& group) {
  SecurityGroup touched = group;
  touch(touched, {});
  write.update(group, touched);
}

class SecurityGroupRules : public ResourceOf<SecurityGroupRule> {
 public:
  using ResourceOf::ResourceOf;
  const Names& names() const override { return kNames; }
  Attributes attributes() const override { return kAttributes; }
  Error not_found(std::string_view id) const override {
    return Error(Errc::kNotFound, "Security group rule " + std::string(id) + " does not exist",
                 "SecurityGroupRuleNotFound");
  }

  Task<void> prepare(Context context) override {
    if (intent().default_group_of(context.project_id)) co_return Result<void>();
    WEFT_CO_CHECK(co_await ipam::ensure_default_group(store(), context.project_id));
    co_return Result<void>();
  }

  Task<std::vector<Uuid>> create(Context context, std::vector<json::object> bodies) override {
    std::vector<SecurityGroupRule> rules;
    for (const auto& body : bodies) {
      WEFT_CO_TRY(auto rule, read_rule(body));
      fill_common(rule, context, body);
      rule.revision = 0;
      rules.push_back(std::move(rule));
    }
    WEFT_CO_CHECK(check_together(rules));
    for (const auto& rule : rules) {
      WEFT_CO_CHECK(check_references(context, rule));
    }
    WEFT_CO_CHECK(check_different(rules));
    WEFT_CO_CHECK(check_new(rules));
    store::Write write;
    touch_group(write, *intent().find<SecurityGroup>(rules.front().group));
    for (const auto& rule : rules) write.insert(rule);
    auto committed = co_await store().commit(std::move(write));
    if (!committed && committed.error().code == Errc::kConflict)
      co_return fail(explain(context, rules, committed.error()));
    WEFT_CO_CHECK(committed);
    co_return ids_of(rules);
  }

  Task<void> update(Context, Uuid id, json::object body, IfRevision if_revision) override {
    auto before = intent().find<SecurityGroupRule>(id);
    if (!before) co_return fail(not_found(id.to_string()));
    WEFT_CO_CHECK(check_revision(if_revision, before->revision));
    SecurityGroupRule after = *before;
    touch(after, body);
    co_return co_await save(before, std::move(after), if_revision);
  }

  Task<void> remove(Context, Uuid id) override {
    auto rule = intent().find<SecurityGroupRule>(id);
    if (!rule) co_return fail(not_found(id.to_string()));
    store::Write write;
    write.require<SecurityGroupRule>(id);
    if (auto group = intent().find<SecurityGroup>(rule->group)) touch_group(write, *group);
    write.remove<SecurityGroupRule>(id);
    auto removed = co_await store().commit(std::move(write));
    if (!removed && removed.error().code == Errc::kConflict) co_return fail(not_found(id.to_string()));
    co_return removed;
  }

 private:
  /// Is there an object of T that the caller may name?
  template <typename T>
  bool is_there(const Context& context, const Uuid& id) const {
    auto object = intent().find<T>(id);
    return object && (context.admin || object->project_id == context.project_id);
  }

  Result<void> check_references(const Context& context, const SecurityGroupRule& rule) const {
    if (rule.remote_group && !is_there<SecurityGroup>(context, *rule.remote_group))
      return fail(security_group_not_found(rule.remote_group->to_string()));
    if (rule.remote_address_group && !is_there<model::AddressGroup>(context, *rule.remote_address_group))
      return fail(address_group_not_found(rule.remote_address_group->to_string()));
    if (!is_there<SecurityGroup>(context, rule.group))
      return fail(security_group_not_found(rule.group.to_string()));
    return {};
  }

  /// Refuses what the group already has.
  Result<void> check_new(const std::vector<SecurityGroupRule>& rules) const {
    std::set<std::string> keys;
    for (const auto& rule : rules) keys.insert(rule.key());
    for (const auto& id : intent().rules_of(rules.front().group)) {
      auto other = intent().find<SecurityGroupRule>(id);
      if (other && keys.contains(other->key())) return fail(already_exists(id.to_string()));
    }
    return {};
  }

  /// Why the store refused: somebody was faster with the same rule, or a group is gone.
  Error explain(const Context& context, const std::vector<SecurityGroupRule>& rules,
                const Error& refused) const {
    for (const auto& rule : rules) {
      auto there = check_references(context, rule);
      if (!there) return there.error();
    }
    auto same = check_new(rules);
    if (!same) return same.error();
    auto conflict = store::read_conflict(refused);
    if (conflict.kind == store::Conflict::Kind::kIndex) return already_exists("known to another server");
    if (conflict.target == "AddressGroup")
      return address_group_not_found(rules.front().remote_address_group.value_or(Uuid()).to_string());
    return security_group_not_found(rules.front().group.to_string());
  }
};

}  // namespace

std::unique_ptr<Resource> make_security_group_rules(const Services& services) {
  return std::make_unique<SecurityGroupRules>(services);
}

}  // namespace weft::neutron
