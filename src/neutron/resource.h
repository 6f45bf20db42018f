#pragma once
// One resource of the API: what it is called, what may be said of it, and its five operations.

#include "neutron/attributes.h"
#include "neutron/context.h"
#include "neutron/list.h"
#include "store/store.h"

namespace weft::neutron {

struct Names {
  std::string_view path;      ///< "security-groups"
  std::string_view singular;  ///< "security_group"
  std::string_view plural;    ///< "security_groups"
};

/// What all resources share.
struct Services {
  store::Store& store;
  int underlay_mtu = 1500;
  IpVersion overlay_version = IpVersion::kV4;  ///< of the tunnels between nodes
  std::string dns_domain = "openstacklocal.";  ///< with its final dot, or empty
};

/// HTTP If-Match: revision_number=N.
using IfRevision = std::optional<std::int64_t>;

class Resource {
 public:
  virtual ~Resource() = default;
  virtual const Names& names() const = 0;
  virtual Attributes attributes() const = 0;
  /// "Network X could not be found." with the resource's own error type. `id` is as the client wrote it.
  virtual Error not_found(std::string_view id) const = 0;

  /// The response body of a list.
  virtual Result<std::string> list(const Context& context, const ListRequest& request) const = 0;
  /// The object's JSON; false when there is none that the caller may see.
  virtual bool render(const Context& context, const Uuid& id, const std::vector<std::string>& fields,
                      JsonWriter& json) const = 0;

  /// Runs before anything that shows or uses the project's objects.
  virtual Task<void> prepare(Context context);
  /// Makes all objects or none; bodies are validated. Returns their ids in order.
  virtual Task<std::vector<Uuid>> create(Context context, std::vector<json::object> bodies) = 0;
  virtual Task<void> update(Context context, Uuid id, json::object body, IfRevision if_revision) = 0;
  virtual Task<void> remove(Context context, Uuid id) = 0;
  /// Is there a PUT /v2.0/COLLECTION/ID/ACTION?
  virtual bool has_action(std::string_view action) const;
  /// Does it; `body` is any JSON object.
  virtual Task<void> act(Uuid id, std::string action, json::object body);
  /// Replaces the tags. Resources without tags answer NotFound.
  virtual Task<void> set_tags(Uuid id, std::vector<std::string> tags);
  virtual const std::vector<std::string>* tags(const Uuid& id) const;
};

std::vector<std::unique_ptr<Resource>> make_resources(const Services& services);
std::unique_ptr<Resource> make_networks(const Services& services);
std::unique_ptr<Resource> make_subnets(const Services& services);
std::unique_ptr<Resource> make_ports(const Services& services);
std::unique_ptr<Resource> make_security_groups(const Services& services);
std::unique_ptr<Resource> make_security_group_rules(const Services& services);
std::unique_ptr<Resource> make_address_groups(const Services& services);
std::unique_ptr<Resource> make_agents(const Services& services);

/// Microseconds since the epoch.
std::int64_t now_microseconds();
/// 412 RevisionNumberConstraintFailed when If-Match names another revision than the object's.
Result<void> check_revision(IfRevision wanted, std::int64_t current);
Error revision_mismatch(std::int64_t wanted, std::int64_t current);
/// Fills in id, project and times of an object about to be made, and name and description if given.
void fill_common(model::Common& object, const Context& context, const json::object& body);
/// What every update changes: revision and time, and name and description if given.
void touch(model::Common& object, const json::object& body);

template <typename T>
std::vector<Uuid> ids_of(const std::vector<T>& objects) {
  std::vector<Uuid> ids;
  ids.reserve(objects.size());
  for (const T& object : objects) ids.push_back(object.id);
  return ids;
}

/// The reading half of a resource of T, which is the same for all of them.
template <typename T>
class ResourceOf : public Resource {
 public:
  explicit ResourceOf(const Services& services) : services_(services) {}

  Result<std::string> list(const Context& context, const ListRequest& request) const override {
    WEFT_TRY(auto query, parse_list_query(request.pairs));
    Lister<T> lister(intent(), query, services_.dns_domain);
    return lister.run(request, [&](const T& object) { return visible(context, object); });
  }

  bool render(const Context& context, const Uuid& id, const std::vector<std::string>& fields,
              JsonWriter& json) const override {
    auto object = intent().template find<T>(id);
    if (!object || !visible(context, *object)) return false;
    Fields<T> chosen;
    for (const auto& name : fields)
      if (const auto* field = find_field<T>(name)) chosen.push_back(field);
    write_object(json, View<T>{*object, intent(), services_.dns_domain}, chosen);
    return true;
  }

  Task<void> set_tags(Uuid id, std::vector<std::string> tags) override {
    if constexpr (requires(T object) { object.tags; }) {
      auto before = intent().template find<T>(id);
      if (!before) co_return fail(not_found(id.to_string()));
      T after = *before;
      after.tags = std::move(tags);
      touch(after, {});
      co_return co_await save(before, std::move(after), std::nullopt);
    }
    co_return fail(no_such_path());
  }

  const std::vector<std::string>* tags(const Uuid& id) const override {
    if constexpr (requires(T object) { object.tags; }) {
      auto object = intent().template find<T>(id);
      return object ? &object->tags : nullptr;
    }
    return nullptr;
  }

 protected:
  const model::Intent& intent() const { return services_.store.intent(); }
  store::Store& store() const { return services_.store; }

  virtual bool visible(const Context& context, const T& object) const {
    if constexpr (requires { object.shared; }) {
      if (object.shared) return true;
    }
    if constexpr (requires { object.project_id; })
      return context.admin || object.project_id == context.project_id;
    return context.admin;
  }

  /// Commits a change of one object.
  Task<void> save(model::Ref<T> before, T after, IfRevision if_revision) {
    store::Write write;
    write.update(*before, after, if_revision.has_value());
    auto saved = co_await store().commit(std::move(write));
    if (saved || saved.error().code != Errc::kConflict) co_return saved;
    auto now = intent().template find<T>(before->id);
    if (!now) co_return fail(not_found(before->id.to_string()));
    if constexpr (requires { now->revision; }) {
      if (if_revision) co_return fail(revision_mismatch(*if_revision, now->revision));
    }
    co_return saved;
  }

  Services services_;
};

}  // namespace weft::neutron
