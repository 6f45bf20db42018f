#pragma once
// Samples of drops for people and for programs.

#include <boost/json/object.hpp>
#include <string>

#include "cli/drop_explanation.h"
#include "cli/table.h"

namespace weft::cli {

/// One line: when, where, why, what.
std::string drop_line(const DropSample& sample, const Theme& theme);
/// Who is to blame, and a line for each way out; indented.
std::string explanation_text(const Explanation& explanation, const Theme& theme);
/// All of it as one object.
boost::json::object drop_json(const DropSample& sample, const Explanation& explanation,
                              const model::Intent& intent);

}  // namespace weft::cli
