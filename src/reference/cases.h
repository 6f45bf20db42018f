#pragma once
// Cases with a name: what the policy means, in examples; what random worlds meet rarely; and what once
// differed.

#include <string_view>
#include <vector>

#include "reference/comparison.h"

namespace weft::reference {

struct NamedCase {
  std::string_view name;
  Case events;
  std::string_view verdict;  ///< on the last event, in words
};

std::vector<NamedCase> named_cases();

}  // namespace weft::reference
