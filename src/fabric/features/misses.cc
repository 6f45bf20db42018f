#include "fabric/features/misses.h"

namespace weft::fabric {

Flows misses() {
  Flows flows;
  for (const auto& table : kTables) {
    Actions actions;
    if (table.miss == Miss::kNext) actions.push_back(go(kTables[number(table.table) + 1].table));
    flows.push_back({.key = {.table = number(table.table), .priority = 0, .match = {}},
                     .cookie = 0,
                     .actions = std::move(actions)});
  }
  return flows;
}

}  // namespace weft::fabric
