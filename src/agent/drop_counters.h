#pragma once
// Counters of dropped packets, read from the dropping flows: nothing counts but the switch.

#include <boost/json/array.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "fabric/cookie.h"
#include "fabric/drops.h"
#include "openflow/messages.h"

namespace weft::agent {

/// What is dropped for one reason on behalf of one object.
struct DropCount {
  const fabric::DropInfo* reason = nullptr;
  std::optional<Uuid> port;
  std::string object;  ///< in a person's terms
  std::string table;   ///< the first of those where it happens
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
};

using OwnersOf = std::function<std::vector<fabric::Owner>(const openflow::FlowKey&)>;

/// What is not zero, by reason and then object.
std::vector<DropCount> count_drops(const std::vector<openflow::FlowStats>& flows, const OwnersOf& owners_of,
                                   const model::Intent& intent);

boost::json::array to_json(const std::vector<DropCount>& counts);
/// As weft_drops_total in the Prometheus text format; empty when there are none.
std::string to_metrics(const std::vector<DropCount>& counts);

}  // namespace weft::agent
