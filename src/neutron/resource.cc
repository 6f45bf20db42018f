#include "neutron/resource.h"

#include <chrono>

namespace weft::neutron {

Task<void> Resource::prepare(Context) {
  co_return Result<void>();
}

bool Resource::has_action(std::string_view) const {
  return false;
}

Task<void> Resource::act(Uuid, std::string, json::object) {
  co_return fail(no_such_path());
}

Task<void> Resource::set_tags(Uuid, std::vector<std::string>) {
  co_return fail(no_such_path());
}

const std::vector<std::string>* Resource::tags(const Uuid&) const {
  return nullptr;
}

std::vector<std::unique_ptr<Resource>> make_resources(const Services& services) {
  std::vector<std::unique_ptr<Resource>> resources;
  for (auto make : {make_networks, make_subnets, make_ports, make_security_groups, make_security_group_rules,
                    make_address_groups, make_agents})
    resources.push_back(make(services));
  return resources;
}

std::int64_t now_microseconds() {
  auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count();
}

Error revision_mismatch(std::int64_t wanted, std::int64_t current) {
  return Error(
      Errc::kConflict,
      "Constrained to " + std::to_string(wanted) + ", but current revision is " + std::to_string(current),
      "RevisionNumberConstraintFailed");
}

Result<void> check_revision(IfRevision wanted, std::int64_t current) {
  if (wanted && *wanted != current) return fail(revision_mismatch(*wanted, current));
  return {};
}

void fill_common(model::Common& object, const Context& context, const json::object& body) {
  object.id = Uuid::random();
  object.project_id = context.project_id;
  for (auto name : {"tenant_id", "project_id"}) {
    auto project = text_of(body, name);
    if (project && !project->empty()) object.project_id = *project;
  }
  object.created_at = object.updated_at = now_microseconds();
  object.revision = 1;
  read(body, "name", object.name);
  read(body, "description", object.description);
}

void touch(model::Common& object, const json::object& body) {
  object.updated_at = now_microseconds();
  ++object.revision;
  read(body, "name", object.name);
  read(body, "description", object.description);
}

}  // namespace weft::neutron
