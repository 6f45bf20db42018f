#include <set>

#include "ipam/retry.h"
#include "neutron/resource.h"
#include "neutron/security_errors.h"
#include "store/conflict.h"

namespace weft::neutron {
namespace {

using model::AddressGroup;
using model::AddressGroupEntry;
using Prefixes = std::set<IpPrefix>;

constexpr Names kNames{"address-groups", "address_group", "address_groups"};
constexpr std::string_view kAdd = "add_addresses";
constexpr std::string_view kRemove = "remove_addresses";

constexpr Attribute kAttributes[] = {
    {"id"},
    {"name", kPost | kPut, valid_name},
    {"description", kPost | kPut, valid_long_description},
    {"project_id", kPost, valid_text},
    {"tenant_id", kPost, valid_text},
    {"addresses", kPost, valid_prefixes},
    {"shared"},
    {"created_at"},
    {"updated_at"},
    {"revision_number"},
};

/// The addresses of a new group, validated. The same block written twice is one.
Prefixes read_addresses(const json::object& body) {
  Prefixes prefixes;
  const auto* list = given(body, "addresses");
  if (!list) return prefixes;
  for (const auto& item : list->as_array())
    prefixes.insert(*IpPrefix::parse({item.as_string().data(), item.as_string().size()}));
  return prefixes;
}

/// The addresses to add or remove: {"addresses": [...]}, also inside of "address_group". Addresses alone are
/// host prefixes.
Result<Prefixes> read_action(const json::object& body) {
  const auto* inner = given(body, kNames.singular);
  const auto* list = given(inner && inner->is_object() ? inner->as_object() : body, "addresses");
  if (!list || !list->is_array())
    return bad_request("Failed to parse request. Required attribute 'addresses' not specified");
  Prefixes prefixes;
  for (const auto& item : list->as_array()) {
    const auto* text = item.if_string();
    auto prefix = text ? IpPrefix::parse({text->data(), text->size()}) : std::nullopt;
    if (!prefix)
      return bad_request("Invalid input for addresses. Reason: '" + shown(item) +
                         "' is not a valid IP subnet.");
    prefixes.insert(*prefix);
  }
  return prefixes;
}

AddressGroupEntry new_entry(const Uuid& group, const IpPrefix& prefix) {
  return {Uuid::random(), group, prefix};
}

/// "['10.0.0.0/8', '10.1.0.0/16']"
std::string listed(const Prefixes& prefixes) {
  std::string text;
  for (const auto& prefix : prefixes) text += (text.empty() ? "'" : ", '") + prefix.to_string() + "'";
  return '[' + text + ']';
}

Error already_exist(const Prefixes& prefixes, const Uuid& group) {
  return Error(
      Errc::kInvalid,
      "Addresses " + listed(prefixes) + " already exist in the address group " + group.to_string() + ".",
      "AddressesAlreadyExist");
}

Error not_in_group(const Prefixes& prefixes, const Uuid& group) {
  return Error(Errc::kNotFound,
               "Addresses " + listed(prefixes) + " not found in the address group " + group.to_string() + ".",
               "AddressesNotFound");
}

Error in_use(const Uuid& id) {
  return Error(Errc::kConflict,
               "Address group " + id.to_string() + " is in use on one or more security group rules.",
               "AddressGroupInUse");
}

class AddressGroups : public ResourceOf<AddressGroup> {
 public:
  using ResourceOf::ResourceOf;
  const Names& names() const override { return kNames; }
  Attributes attributes() const override { return kAttributes; }
  Error not_found(std::string_view id) const override { return address_group_not_found(id); }

  Task<std::vector<Uuid>> create(Context context, std::vector<json::object> bodies) override {
    std::vector<AddressGroup> groups;
    store::Write write;
    for (const auto& body : bodies) {
      AddressGroup group;
      fill_common(group, context, body);
      write.insert(group);
      for (const auto& prefix : read_addresses(body)) write.insert(new_entry(group.id, prefix));
      groups.push_back(std::move(group));
    }
    WEFT_CO_CHECK(co_await store().commit(std::move(write)));
    co_return ids_of(groups);
  }

  Task<void> update(Context, Uuid id, json::object body, IfRevision if_revision) override {
    auto before = intent().find<AddressGroup>(id);
    if (!before) co_return fail(not_found(id.to_string()));
    WEFT_CO_CHECK(check_revision(if_revision, before->revision));
    AddressGroup after = *before;
    touch(after, body);
    co_return co_await save(before, std::move(after), if_revision);
  }

  // An address may be added while the group is being removed: then it goes, too. A rule is another matter.
  Task<void> remove(Context, Uuid id) override {
    for (int attempt = 1; attempt <= ipam::kTries; ++attempt) {
      if (!intent().find<AddressGroup>(id)) co_return fail(not_found(id.to_string()));
      if (!intent().rules_with_address_group(id).empty()) break;
      store::Write write;
      write.require<AddressGroup>(id);
      for (const auto& entry : intent().entries_of(id)) write.remove<AddressGroupEntry>(entry);
      write.remove<AddressGroup>(id);
      auto removed = co_await store().commit(std::move(write));
      if (removed || removed.error().code != Errc::kConflict) co_return removed;
      co_await ipam::pause_before_retry(attempt);
    }
    co_return fail(in_use(id));
  }

  bool has_action(std::string_view action) const override { return action == kAdd || action == kRemove; }

  Task<void> act(Uuid id, std::string action, json::object body) override {
    auto group = intent().find<AddressGroup>(id);
    if (!group) co_return fail(not_found(id.to_string()));
    WEFT_CO_TRY(auto prefixes, read_action(body));
    if (prefixes.empty()) co_return Result<void>();
    if (action == kAdd) co_return co_await add(group, std::move(prefixes));
    co_return co_await take_out(group, std::move(prefixes));
  }

 private:
  Task<void> add(model::Ref<AddressGroup> group, Prefixes prefixes) {
    const Uuid id = group->id;
    WEFT_CO_CHECK(check_absent(id, prefixes));
    auto write = change_of(*group);
    for (const auto& prefix : prefixes) write.insert(new_entry(id, prefix));
    auto added = co_await store().commit(std::move(write));
    if (added || added.error().code != Errc::kConflict) co_return added;
    if (!intent().find<AddressGroup>(id)) co_return fail(not_found(id.to_string()));
    WEFT_CO_CHECK(check_absent(id, prefixes));
    co_return fail(already_exist(prefixes, id));  // of which ones, only another server knows yet
  }

  Task<void> take_out(model::Ref<AddressGroup> group, Prefixes prefixes) {
    const Uuid id = group->id;
    WEFT_CO_TRY(auto entries, find_entries(id, prefixes));
    auto write = change_of(*group);
    for (const auto& entry : entries) {
      write.require<AddressGroupEntry>(entry);
      write.remove<AddressGroupEntry>(entry);
    }
    auto removed = co_await store().commit(std::move(write));
    if (removed || removed.error().code != Errc::kConflict) co_return removed;
    if (!intent().find<AddressGroup>(id)) co_return fail(not_found(id.to_string()));
    WEFT_CO_CHECK(find_entries(id, prefixes));
    co_return fail(not_in_group(prefixes, id));
  }

  /// A group counts its addresses' changes among its own.
  static store::Write change_of(const AddressGroup& group) {
    AddressGroup touched = group;
    touch(touched, {});
    store::Write write;
    write.update(group, touched);
    return write;
  }

  /// Those of the prefixes that the group has, with their entries.
  std::map<IpPrefix, Uuid> present(const Uuid& group, const Prefixes& prefixes) const {
    std::map<IpPrefix, Uuid> entries;
    for (const auto& id : intent().entries_of(group)) {
      auto entry = intent().find<AddressGroupEntry>(id);
      if (entry && prefixes.contains(entry->prefix)) entries.emplace(entry->prefix, id);
    }
    return entries;
  }

  Result<void> check_absent(const Uuid& group, const Prefixes& prefixes) const {
    Prefixes had;
    for (const auto& [prefix, entry] : present(group, prefixes)) had.insert(prefix);
    if (had.empty()) return {};
    return fail(already_exist(had, group));
  }

  Result<std::vector<Uuid>> find_entries(const Uuid& group, Prefixes prefixes) const {
    std::vector<Uuid> found;
    for (const auto& [prefix, entry] : present(group, prefixes)) {
      found.push_back(entry);
      prefixes.erase(prefix);
    }
    if (prefixes.empty()) return found;
    return fail(not_in_group(prefixes, group));
  }
};

}  // namespace

std::unique_ptr<Resource> make_address_groups(const Services& services) {
  return std::make_unique<AddressGroups>(services);
}

}  // namespace weft::neutron
