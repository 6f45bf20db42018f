#pragma once
// Counters of drops, as nodes' agents report them.

#include <boost/json/array.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/table.h"
#include "model/intent.h"

namespace weft::cli {

struct DropCount {
  std::string node;
  std::string reason, direction;
  std::uint64_t packets = 0, bytes = 0;
  std::optional<Uuid> port;
  std::string object;  ///< in a person's terms, with the store's names
};

/// Reads a node's answer to /drops. Errors: kProtocol.
Result<std::vector<DropCount>> parse_drop_counts(std::string_view json, const std::string& node,
                                                 const model::Intent& intent);

/// The most frequent first.
void sort_drop_counts(std::vector<DropCount>& counts);

boost::json::array drop_counts_json(const std::vector<DropCount>& counts);

/// REASON COUNT OBJECT, with the NODE in front when `with_node`.
Table drop_table(const std::vector<DropCount>& counts, bool with_node);

}  // namespace weft::cli
