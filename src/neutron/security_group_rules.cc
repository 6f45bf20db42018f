#include "neutron/resource.h"
#include "neutron/security_group_rule_body.h"

namespace weft::neutron {
namespace {

using model::SecurityGroup;
using model::SecurityGroupRule;

constexpr Names kNames{"security-group-rules", "security_group_rule", "security_group_rules"};

constexpr Attribute kAttributes[] = {
    {"id"},
    {"security_group_id", kPost | kRequired, valid_uuid},
    {"direction", kPost | kRequired, valid_direction},
    {"ethertype", kPost, valid_ethertype},
    {"protocol", kPost, valid_protocol},
    {"port_range_min", kPost, valid_port_number},
    {"port_range_max", kPost, valid_port_number},
    {"remote_ip_prefix", kPost, valid_cidr_or_null},
    {"remote_group_id", kPost, valid_uuid_or_null},
    {"remote_address_group_id", kPost, valid_nothing},
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

class SecurityGroupRules : public ResourceOf<SecurityGroupRule> {
 public:
  using ResourceOf::ResourceOf;
  const Names& names() const override { return kNames; }
  Attributes attributes() const override { return kAttributes; }
  Error not_found(std::string_view id) const override {
    return Error(Errc::kNotFound, "Security group rule " + std::string(id) + " does not exist",
                 "SecurityGroupRuleNotFound");
  }

  Task<std::vector<Uuid>> create(Context context, std::vector<json::object> bodies) override {
    store::Write write;
    std::vector<Uuid> ids;
    std::vector<SecurityGroupRule> rules;
    for (const auto& body : bodies) {
      WEFT_CO_TRY(auto rule, read_rule(body));
      fill_common(rule, context, body);
      rule.revision = 0;
      WEFT_CO_CHECK(check_references(context, rule));
      WEFT_CO_CHECK(check_new(rule, rules));
      write.insert(rule);
      ids.push_back(rule.id);
      rules.push_back(std::move(rule));
    }
    auto committed = co_await store().commit(std::move(write));
    if (!committed && committed.error().code == Errc::kConflict)
      co_return fail(explain(rules, committed.error()));
    WEFT_CO_CHECK(committed);
    co_return ids;
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
    if (!intent().find<SecurityGroupRule>(id)) co_return fail(not_found(id.to_string()));
    store::Write write;
    write.remove<SecurityGroupRule>(id);
    co_return co_await store().commit(std::move(write));
  }

 private:
  Result<void> check_group(const Context& context, const Uuid& id) const {
    auto group = intent().find<SecurityGroup>(id);
    if (group && (context.admin || group->project_id == context.project_id)) return {};
    return fail(Errc::kNotFound, "Security group " + id.to_string() + " does not exist",
                "SecurityGroupNotFound");
  }

  Result<void> check_references(const Context& context, const SecurityGroupRule& rule) const {
    WEFT_CHECK(check_group(context, rule.group));
    if (!rule.remote_group) return {};
    return check_group(context, *rule.remote_group);
  }

  /// Refuses what the group or the same request already has.
  Result<void> check_new(const SecurityGroupRule& rule, const std::vector<SecurityGroupRule>& earlier) const {
    auto key = rule.key();
    for (const auto& other : earlier)
      if (other.key() == key)
        return fail(Errc::kConflict, "Duplicate Security Group Rule in POST.",
                    "DuplicateSecurityGroupRuleInPost");
    for (const auto& id : intent().rules_of(rule.group)) {
      auto other = intent().find<SecurityGroupRule>(id);
      if (other && other->key() == key) return fail(already_exists(id.to_string()));
    }
    return {};
  }

  /// Why the store refused: somebody was faster with the same rule, or a group is gone.
  Error explain(const std::vector<SecurityGroupRule>& rules, const Error& refused) const {
    for (const auto& rule : rules)
      for (const auto* group : {&rule.group, rule.remote_group ? &*rule.remote_group : &rule.group})
        if (!intent().find<SecurityGroup>(*group))
          return Error(Errc::kNotFound, "Security group " + group->to_string() + " does not exist",
                       "SecurityGroupNotFound");
    if (refused.type == "referential integrity violation")
      return Error(Errc::kNotFound, "Security group " + rules.front().group.to_string() + " does not exist",
                   "SecurityGroupNotFound");
    return already_exists("known to another server");
  }
};

}  // namespace

std::unique_ptr<Resource> make_security_group_rules(const Services& services) {
  return std::make_unique<SecurityGroupRules>(services);
}

}  // namespace weft::neutron
