#pragma once
// A node's flows, as its agent reports them, with the objects that they serve.

#include "base/result.h"
#include "cli/table.h"
#include "model/intent.h"

namespace weft::cli {

struct FlowOwner {
  std::string kind;
  std::string text;  ///< "port web1 (1a2b...)"
};

struct FlowLine {
  std::int64_t table = 0;
  std::string table_name;
  std::string text;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::string cookie;
  std::vector<FlowOwner> owners;
};

/// Reads the diagnostics endpoint's answer to /flows, in pipeline order. Owners are described from `intent`,
/// which knows more names than the node's own view. Errors: kProtocol.
Result<std::vector<FlowLine>> parse_flows(std::string_view json, const model::Intent& intent);

/// Grouped by table; with `explain` each flow is followed by what it is for.
std::string flows_text(const std::vector<FlowLine>& flows, bool explain, const Theme& theme);
boost::json::value flows_json(const std::vector<FlowLine>& flows, bool explain);

}  // namespace weft::cli
