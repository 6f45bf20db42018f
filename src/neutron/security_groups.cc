#include <array>

#include "ipam/ports.h"
#include "ipam/retry.h"
#include "neutron/resource.h"
#include "neutron/security_errors.h"

namespace weft::neutron {
namespace {

using model::SecurityGroup;
using model::SecurityGroupRule;

constexpr Names kNames{"security-groups", "security_group", "security_groups"};

constexpr Attribute kAttributes[] = {
    {"id"},
    {"name", kPost | kPut, valid_group_name},
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
  Error not_found(std::string_view id) const override { return security_group_not_found(id); }

  Task<void> prepare(Context context) override { co_return co_await ensure_default(context.project_id); }

  Task<std::vector<Uuid>> create(Context context, std::vector<json::object> bodies) override {
    std::vector<SecurityGroup> groups;
    for (const auto& body : bodies) {
      SecurityGroup group;
      fill_common(group, context, body);
      read(body, "stateful", group.stateful);
      group.key = group.id.to_string();
      WEFT_CO_CHECK(co_await ensure_default(group.project_id));
      groups.push_back(std::move(group));
    }
    store::Write write;
    for (const auto& group : groups) {
      write.insert(group);
      for (const auto& rule : egress_rules(group)) write.insert(rule);
    }
    WEFT_CO_CHECK(co_await store().commit(std::move(write)));
    co_return ids_of(groups);
  }

  Task<void> update(Context, Uuid id, json::object body, IfRevision if_revision) override {
    auto before = intent().find<SecurityGroup>(id);
    if (!before) co_return fail(not_found(id.to_string()));
    WEFT_CO_CHECK(check_revision(if_revision, before->revision));
    if (before->is_default() && given(body, "name"))
      co_return fail(Errc::kConflict, "Updating default security group not allowed.",
                     "SecurityGroupCannotUpdateDefault");
    SecurityGroup after = *before;
    touch(after, body);
    read(body, "stateful", after.stateful);
    if (after.stateful == before->stateful) co_return co_await save(before, std::move(after), if_revision);
    co_return co_await save_kind(before, std::move(after), if_revision);
  }

  // A rule that names the group, or one of its own, may come in while it is being removed: then it is removed
  // with that one, too. A port is another matter.
  Task<void> remove(Context context, Uuid id) override {
    for (int attempt = 1; attempt <= ipam::kTries; ++attempt) {
      auto group = intent().find<SecurityGroup>(id);
      if (!group) co_return fail(not_found(id.to_string()));
      if (!intent().memberships_of_group(id).empty()) break;
      if (group->is_default() && !context.admin)
        co_return fail(Errc::kConflict, "Insufficient rights for removing default security group.",
                       "SecurityGroupCannotRemoveDefault");
      store::Write write;
      write.require<SecurityGroup>(id);
      for (const auto& rule : rules_naming(id)) write.remove<SecurityGroupRule>(rule);
      write.remove<SecurityGroup>(id);
      auto removed = co_await store().commit(std::move(write));
      if (removed || removed.error().code != Errc::kConflict) co_return removed;
      co_await ipam::pause_before_retry(attempt);
    }
    co_return fail(in_use(id));
  }

 private:
  Task<void> ensure_default(std::string project) {
    if (intent().default_group_of(project)) co_return Result<void>();
    WEFT_CO_CHECK(co_await ipam::ensure_default_group(store(), project));
    co_return Result<void>();
  }

  /// Stateful or not is for groups without ports to change: a port's groups are all of one kind.
  Task<void> save_kind(model::Ref<SecurityGroup> before, SecurityGroup after, IfRevision if_revision) {
    const Uuid id = after.id;
    if (!intent().memberships_of_group(id).empty()) co_return fail(in_use(id));
    store::Write write;
    write.update(*before, after, if_revision.has_value());
    write.require_none<model::GroupMember>({{"group", "==", ovsdb::Datum(ovsdb::Atom(id))}});
    auto saved = co_await store().commit(std::move(write));
    if (saved || saved.error().code != Errc::kConflict) co_return saved;
    auto now = intent().find<SecurityGroup>(id);
    if (!now) co_return fail(not_found(id.to_string()));
    WEFT_CO_CHECK(check_revision(if_revision, now->revision));
    co_return fail(in_use(id));
  }

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
