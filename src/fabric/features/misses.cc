#include "fabric/features/misses.h"

namespace weft::fabric {

Flows misses() {
  Flows flows;
  for (const auto& table : kTables) {
    const Family family = miss_family(table);
    if (table.miss == Miss::kNext)
      flows.push_back(flow(family, {}, {go(kTables[number(table.table) + 1].table)}));
    else
      flows.push_back(family.drop == Drop::kNone ? flow(family, {}, {}) : drop(family, {}));
  }
  return flows;
}

}  // namespace weft::fabric
