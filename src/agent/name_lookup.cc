#include "agent/name_lookup.h"

#include <algorithm>

namespace weft::agent {
namespace {

std::vector<ovsdb::Clause> by_id_or_name(const std::string& name_or_id) {
  auto id = Uuid::parse(name_or_id);
  if (id) return {{"_uuid", "==", ovsdb::Datum(ovsdb::Atom(*id))}};
  return {{"name", "==", ovsdb::Datum(ovsdb::Atom(name_or_id))}};
}

}  // namespace

Task<model::Network> find_network(store::Store& store, std::string name_or_id, std::string project) {
  auto where = by_id_or_name(name_or_id);
  WEFT_CO_TRY(auto found, co_await store.query<model::Network>(where));
  if (!project.empty()) {
    std::erase_if(found, [&](const model::Network& n) { return n.project_id != project && !n.shared; });
  }
  co_return only_one(std::move(found), "network", name_or_id);
}

Task<std::vector<Uuid>> find_groups(store::Store& store, std::vector<std::string> names_or_ids,
                                    std::string project) {
  std::vector<Uuid> ids;
  for (const auto& name : names_or_ids) {
    auto where = by_id_or_name(name);
    WEFT_CO_TRY(auto found, co_await store.query<model::SecurityGroup>(where));
    std::erase_if(found, [&](const model::SecurityGroup& g) { return g.project_id != project; });
    WEFT_CO_TRY(auto group, only_one(std::move(found), "security group", name));
    if (std::ranges::find(ids, group.id) == ids.end()) ids.push_back(group.id);
  }
  co_return ids;
}

Task<model::Port> find_port(store::Store& store, Uuid id) {
  auto name = id.to_string();
  auto where = by_id_or_name(name);
  WEFT_CO_TRY(auto found, co_await store.query<model::Port>(where));
  if (found.empty()) co_return fail(Errc::kNotFound, "there is no port " + name, "PortNotFound");
  co_return std::move(found.front());
}

}  // namespace weft::agent
