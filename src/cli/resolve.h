#pragma once
// From what a person types to an object: id, name, or a complaint that helps.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/intent.h"

namespace weft::cli {

/// Those of `names` that somebody who typed `typed` may have meant, the nearest first, at most three.
std::vector<std::string> near_matches(std::string_view typed, std::vector<std::string> names);

/// Error for a name that nothing has: "no port is named "web1"; did you mean web-1?".
Error unknown_name(std::string_view kind, std::string_view typed, std::vector<std::string> names);
/// Error for a name that several have.
Error ambiguous_name(std::string_view kind, std::string_view typed, std::vector<std::string> ids);

/// The node of this name. Errors: kNotFound with near matches.
Result<model::Ref<model::Node>> resolve_node(const model::Intent& intent, const std::string& typed);

/// The object of type T with this id or name. Errors: kNotFound with near matches; kConflict listing the ids
/// of several.
template <typename T>
Result<model::Ref<T>> resolve(const model::Intent& intent, std::string_view kind, const std::string& typed) {
  if (auto id = Uuid::parse(typed)) {
    if (auto object = intent.find<T>(*id)) return object;
  }
  std::vector<std::string> names, ids;
  model::Ref<T> found;
  for (const auto& [id, object] : intent.all<T>()) {
    names.push_back(object->name);
    if (object->name != typed) continue;
    ids.push_back(id.to_string());
    found = object;
  }
  if (ids.size() == 1) return found;
  if (ids.empty()) return fail(unknown_name(kind, typed, std::move(names)));
  return fail(ambiguous_name(kind, typed, std::move(ids)));
}

}  // namespace weft::cli
