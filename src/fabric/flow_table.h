#pragma once
// Every flow that the switch should have, merged from what units contribute, with its owners.

#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "fabric/compiler.h"
#include "fabric/meter_uses.h"
#include "fabric/unit.h"

namespace weft::fabric {

struct FlowKeyHash {
  std::size_t operator()(const openflow::FlowKey& key) const noexcept;
};

/// Contributions of one key share one flow. Conjunction actions are united (two conjunctive flows of equal
/// match and priority would replace each other in a switch); for other actions the first unit's win, and all
/// others agree with it except for moments such as a MAC that moves from one port to another.
class FlowTable {
 public:
  /// Puts `flows` in place of all that `unit` contributed before. Flows of one key within a unit are merged
  /// too.
  void set(const Unit& unit, std::vector<openflow::Flow> flows);

  /// What the switch learned with this cookie is void, whether its flow changes or not.
  void forget(std::uint64_t cookie) { forget_.push_back(cookie); }

  /// What differs since the last call, in the order of keys.
  FlowDelta take_delta();

  std::vector<openflow::Flow> all() const;
  FlowDelta difference(const std::vector<openflow::Flow>& actual,
                       const std::vector<openflow::Meter>& meters) const;
  std::vector<Owner> owners(const openflow::FlowKey& key) const;
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::map<Unit, std::vector<openflow::Action>> contributions;
  };
  static openflow::Flow merged(const openflow::FlowKey& key, const Entry& entry);
  std::optional<openflow::Flow> current(const openflow::FlowKey& key) const;
  void remember_before(const openflow::FlowKey& key);
  void withdraw(const Unit& unit);
  /// Those from which packets are taken.
  std::unordered_set<std::uint64_t> ingress_ports() const;
  /// Of what desired flows make the switch learn.
  std::unordered_set<std::uint64_t> learning_cookies() const;

  std::unordered_map<openflow::FlowKey, Entry, FlowKeyHash> entries_;
  std::unordered_map<Unit, std::vector<openflow::FlowKey>> keys_of_unit_;
  /// Keys that were touched since the last delta, with the flow that the switch was told.
  std::unordered_map<openflow::FlowKey, std::optional<openflow::Flow>, FlowKeyHash> before_;
  std::vector<std::uint64_t> forget_;
  MeterUses meters_;
};

}  // namespace weft::fabric
