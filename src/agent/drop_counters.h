#pragma once
// Counters of dropped packets: those of the switch's flows and meters, and what the agent refuses.

#include <boost/json/array.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/refusals.h"
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
  std::string table;   ///< the first of those where it happens; "meter", "agent"
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
};

using OwnersOf = std::function<std::vector<fabric::Owner>(const openflow::FlowKey&)>;

/// The port of this number in the switch.
using PortAt = std::function<std::optional<Uuid>(std::uint32_t ofport)>;

/// Adds up who drops what, by reason and object.
class DropTally {
 public:
  explicit DropTally(const model::Intent& intent) : intent_(intent) {}

  void add(const std::vector<openflow::FlowStats>& flows, const OwnersOf& owners_of);
  /// What ports' meters tell (fabric/meters.h).
  void add(const std::vector<openflow::MeterStats>& meters, const PortAt& port_at);
  void add(const Refusals& refusals);

  /// What is not zero, by reason and then object.
  std::vector<DropCount> counts() const;

 private:
  DropCount& count(fabric::Drop reason, const fabric::Owner& owner, std::string_view place);

  const model::Intent& intent_;
  std::map<std::pair<fabric::Drop, fabric::Owner>, DropCount> counts_;
};

boost::json::array to_json(const std::vector<DropCount>& counts);
/// As weft_drops_total in the Prometheus text format; empty when there are none.
std::string to_metrics(const std::vector<DropCount>& counts);

}  // namespace weft::agent
