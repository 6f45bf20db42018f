#pragma once
// Objects by the names that people write into CNI configurations. Asks the store, because an agent only
// watches what its node uses.

#include "store/store.h"

namespace weft::agent {

/// A network by id or name. With a project, only its own networks and shared ones count.
/// Errors: kNotFound; kInvalid listing the ids when the name fits several.
Task<model::Network> find_network(store::Store& store, std::string name_or_id, std::string project);

/// A project's security groups by id or name. Errors: as find_network.
Task<std::vector<Uuid>> find_groups(store::Store& store, std::vector<std::string> names_or_ids,
                                    std::string project);

/// A port by id. Errors: kNotFound.
Task<model::Port> find_port(store::Store& store, Uuid id);

/// The one object of these that a name means. Errors: as find_network; `kind` and `name` are for the message.
template <typename T>
Result<T> only_one(std::vector<T> found, std::string_view kind, const std::string& name) {
  if (found.size() == 1) return std::move(found.front());
  if (found.empty()) return fail(Errc::kNotFound, "no " + std::string(kind) + " is named \"" + name + "\"");
  std::string ids;
  for (const auto& each : found) ids += (ids.empty() ? "" : ", ") + each.id.to_string();
  return fail(Errc::kInvalid,
              "several " + std::string(kind) + "s are named \"" + name + "\": name one by id: " + ids);
}

}  // namespace weft::agent
