#include "openflow/learned_flows.h"

#include <algorithm>

namespace weft::openflow {

bool LearnedFlows::has_room(const Flow& flow, std::uint32_t limit) const {
  const auto taught = std::count_if(flows_.begin(), flows_.end(), [&](const auto& entry) {
    return entry.first.table == flow.key.table && entry.second.cookie == flow.cookie;
  });
  return limit == 0 || taught < static_cast<std::ptrdiff_t>(limit);
}

void LearnedFlows::learn(Flow flow, std::uint32_t limit) {
  if (!has_room(flow, limit)) return;
  FlowKey key = flow.key;
  flows_.insert_or_assign(std::move(key), std::move(flow));
}

void LearnedFlows::forget(std::uint64_t cookie) {
  std::erase_if(flows_, [cookie](const auto& entry) { return entry.second.cookie == cookie; });
}

}  // namespace weft::openflow
