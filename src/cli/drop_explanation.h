#pragma once
// Why a packet was dropped, who is to blame, and what would let it through: a pure function of the intent and
// the sample.

#include <string>
#include <vector>

#include "cli/drop_sample.h"
#include "model/intent.h"

namespace weft::cli {

/// One way out.
struct Remedy {
  std::string text;                   ///< what it does, or when it is right
  std::vector<std::string> commands;  ///< each is enough
};

struct Explanation {
  std::string object;  ///< to blame, with what of it matters: "port web1 (1a2b...), groups ..."
  std::string why;     ///< which check, and what it did not like
  std::vector<Remedy> remedies;
};

Explanation explain(const DropSample& sample, const model::Intent& intent);

}  // namespace weft::cli
