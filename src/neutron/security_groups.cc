#include <array>

#include "ipam/ports.h"
#include "neutron/resource.h"

namespace weft::neutron {
namespace {

using model::SecurityGroup;
using model::SecurityGroupRule;

constexpr Names kNames{"security-groups", "security_group", "security_groups"};
constexpr std::string_view kDefaultName = "default";

constexpr Attribute kAttributes[] = {
    {"id"},
    {"name", kPost | kPut, valid_name},
    {"description", kPost | kPut, valid_description},
    {"stateful", kPost | kPut, valid_boolean},
    {"project_id", kPost, valid_text},
    {"tenant_id", kPost, valid_text},
    {"security_group_rules"},
    {"shared"},
    {"tags"},
    {"created_at"},
    {"updated_at"},
    {"revision_number"},
};

/// A new group lets everything out, as Neutron's do.
std::array<SecurityGroupRule, 2> egress_rules(const SecurityGroup& group) {
  std::array<SecurityGroupRule, 2> rules;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    static_cast<model::Common&>(rules[i]) = group;
    rules[i].id = Uuid::random();
    rules[i].name.clear();
    rules[i].description.clear();
    rules[i].revision = 0;
    rules[i].group = group.id;
    rules[i].direction = model::Direction::kEgress;
    rules[i].ethertype = i == 0 ? IpVersion::kV4 : IpVersion::kV6;
  }
  return rules;
}

Error in_use(const Uuid& id) {
  return Error(Errc::kConflict, "Security Group " + id.to_string() + " in use.", "SecurityGroupInUse");
}

class SecurityGroups : public ResourceOf<SecurityGroup> {
 public:
  using ResourceOf::ResourceOf;
  const Names& names() const override { return kNames; }
  Attributes attributes() const override { return kAttributes; }
  Error not_found(std::string_view id) const override {
    return Error(Errc::kNotFound, "Security group " + std::string(id) + " does not exist",
                 "SecurityGroupNotFound");
  }

  Task<void> prepare(Context context) override {
    if (intent().default_group_of(context.project_id)) co_return Result<void>();
    WEFT_CO_CHECK(co_await ipam::ensure_default_group(store(), context.project_id));
    co_return Result<void>();
  }

  Task<std::vector<Uuid>> create(Context context, std::vector<json::object> bodies) override {
    store::Write write;
    std::vector<Uuid> ids;
    for (const auto& body : bodies) {
      SecurityGroup group;
      fill_common(group, context, body);
      if (group.name == kDefaultName)
        co_return fail(Errc::kConflict, "Default security group already exists.",
                       "SecurityGroupDefaultAlreadyExists");
      read(body, "stateful", group.stateful);
      group.key = group.id.to_string();
      write.insert(group);
      for (const auto& rule : egress_rules(group)) write.insert(rule);
      ids.push_back(group.id);
    }
    WEFT_CO_CHECK(co_await store().commit(std::move(write)));
    co_return ids;
  }

  Task<void> update(Context, Uuid id, json::object body, IfRevision if_revision) override {
    auto before = intent().find<SecurityGroup>(id);
    if (!before) co_return fail(not_found(id.to_string()));
    WEFT_CO_CHECK(check_revision(if_revision, before->revision));
    SecurityGroup after = *before;
    touch(after, body);
    read(body, "stateful", after.stateful);
    if (before->is_default() && after.name != before->name)
      co_return fail(Errc::kConflict, "Updating default security group not allowed.",
                     "SecurityGroupCannotUpdateDefault");
    if (after.stateful != before->stateful && !intent().memberships_of_group(id).empty())
      co_return fail(in_use(id));
    co_return co_await save(before, std::move(after), if_revision);
  }

  Task<void> remove(Context, Uuid id) override {
    auto group = intent().find<SecurityGroup>(id);
    if (!group) co_return fail(not_found(id.to_string()));
    if (group->is_default())
      co_return fail(Errc::kConflict, "Insufficient rights for removing default security group.",
                     "SecurityGroupCannotRemoveDefault");
    if (!intent().memberships_of_group(id).empty()) co_return fail(in_use(id));
    store::Write write;
    for (const auto& rule : rules_naming(id)) write.remove<SecurityGroupRule>(rule);
    write.remove<SecurityGroup>(id);
    auto removed = co_await store().commit(std::move(write));
    if (!removed && removed.error().code == Errc::kConflict) co_return fail(in_use(id));
    co_return removed;
  }

 private:
  /// Its own rules, and those of other groups that it is the remote of.
  model::IdSet rules_naming(const Uuid& id) const {
    auto rules = intent().rules_of(id);
    const auto& remote = intent().rules_with_remote(id);
    rules.insert(remote.begin(), remote.end());
    return rules;
  }
};

}  // namespace

std::unique_ptr<Resource> make_security_groups(const Services& services) {
  return std::make_unique<SecurityGroups>(services);
}

}  // namespace weft::neutron
