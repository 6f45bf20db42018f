#pragma once
// Bugs that a compiler could have, as changes of what it makes: the proof must catch every one.

#include <string_view>
#include <vector>

#include "reference/comparison.h"

namespace weft::reference {

struct NamedMutation {
  std::string_view name;
  Mutation apply;
};

std::vector<NamedMutation> mutations();

}  // namespace weft::reference
