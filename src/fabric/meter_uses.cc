#include "fabric/meter_uses.h"

#include <set>
#include <utility>

#include "fabric/meters.h"

namespace weft::fabric {

using openflow::Flow;

void MeterUses::replace(const std::optional<Flow>& before, const std::optional<Flow>& now) {
  count(before, -1);
  count(now, 1);
}

void MeterUses::count(const std::optional<Flow>& flow, int step) {
  const auto meter = flow ? meter_named_by(flow->actions) : std::nullopt;
  if (!meter) return;
  before_.try_emplace(*meter, uses_.contains(*meter));
  int& uses = uses_[*meter];
  uses += step;
  if (uses == 0) uses_.erase(*meter);
}

MeterUses::Changes MeterUses::take_changes() {
  Changes changes;
  for (const auto& [meter, was_used] : std::exchange(before_, {})) {
    if (uses_.contains(meter) == was_used) continue;
    if (was_used)
      changes.go.push_back(meter);
    else
      changes.come.push_back(meter_of(meter));
  }
  return changes;
}

MeterUses::Changes MeterUses::difference(const std::vector<openflow::Meter>& actual) const {
  const std::set<openflow::Meter> present(actual.begin(), actual.end());
  Changes changes;
  for (const auto& [meter, uses] : uses_)
    if (!present.contains(meter_of(meter))) changes.come.push_back(meter_of(meter));
  for (const auto& meter : present)
    if (is_meter_of_flows(meter.id) && !uses_.contains(meter.id)) changes.go.push_back(meter.id);
  return changes;
}

}  // namespace weft::fabric
