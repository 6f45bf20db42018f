#include "cli/resolve.h"

#include <numeric>

namespace weft::cli {
namespace {

constexpr std::size_t kMostMatches = 3;

/// Levenshtein distance: single-character edits between two names.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      std::size_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({substituted, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (const auto& item : items) out += (out.empty() ? "" : ", ") + item;
  return out;
}

}  // namespace

std::vector<std::string> near_matches(std::string_view typed, std::vector<std::string> names) {
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::vector<std::pair<std::size_t, std::string>> near;
  auto tolerated = std::max<std::size_t>(1, typed.size() / 3);
  for (auto& name : names) {
    if (name.empty()) continue;
    auto edits = distance(typed, name);
    if (edits <= tolerated || name.find(typed) != name.npos) near.emplace_back(edits, std::move(name));
  }
  std::ranges::sort(near);
  if (near.size() > kMostMatches) near.resize(kMostMatches);
  std::vector<std::string> out;
  for (auto& [edits, name] : near) out.push_back(std::move(name));
  return out;
}

Error unknown_name(std::string_view kind, std::string_view typed, std::vector<std::string> names) {
  auto message = "no " + std::string(kind) + " is named \"" + std::string(typed) + "\"";
  auto near = near_matches(typed, std::move(names));
  if (!near.empty()) message += "; did you mean " + joined(near) + "?";
  return Error(Errc::kNotFound, std::move(message));
}

Error ambiguous_name(std::string_view kind, std::string_view typed, std::vector<std::string> ids) {
  std::ranges::sort(ids);
  return Error(Errc::kConflict, "several " + std::string(kind) + "s are named \"" + std::string(typed) +
                                    "\": name one by id: " + joined(ids));
}

Result<model::Ref<model::Node>> resolve_node(const model::Intent& intent, const std::string& typed) {
  if (auto node = intent.node_named(typed)) return node;
  std::vector<std::string> names;
  for (const auto& [id, node] : intent.all<model::Node>()) names.push_back(node->name);
  return fail(unknown_name("node", typed, std::move(names)));
}

}  // namespace weft::cli
