#pragma once
// The flows that learn actions wrote: what a switch has besides those that it was given.

#include <map>

#include "openflow/flow.h"

namespace weft::openflow {

/// They stay until they are forgotten: timeouts are not followed.
class LearnedFlows {
 public:
  /// Writes a flow, or replaces the one of its key. With a limit (0: none), does nothing when that many flows
  /// of its cookie are in its table, not even when its own is among them.
  void learn(Flow flow, std::uint32_t limit);
  /// Would that do something?
  bool has_room(const Flow& flow, std::uint32_t limit) const;
  /// Removes the flows with this cookie: those that the flow with this cookie taught.
  void forget(std::uint64_t cookie);

  /// The flow of the highest priority that `matches(flow)`; null when none does. Valid until it is forgotten.
  template <typename Matches>
  const Flow* find(std::uint8_t table, const Matches& matches) const {
    auto after = flows_.upper_bound({table, UINT16_MAX, {}});
    while (after != flows_.end() && after->first.table == table) ++after;
    for (auto it = std::make_reverse_iterator(after); it != flows_.rend() && it->first.table == table; ++it)
      if (matches(it->second)) return &it->second;
    return nullptr;
  }

  const std::map<FlowKey, Flow>& flows() const { return flows_; }

 private:
  std::map<FlowKey, Flow> flows_;
};

}  // namespace weft::openflow
