#pragma once
// Intent and node facts in, flows out: incrementally. The only thing between the intent model and the switch.
//
// The compiler keeps, per *unit* (the node, a network, a local port, a remote port, a group, a rule, a
// tunnel), the flows that the unit contributes. A change marks the units that it touches; compile()
// recomputes those only and returns what differs in the merged table. Units that contribute the same match
// share one flow (their conjunction actions together).

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "fabric/cookie.h"
#include "model/intent.h"
#include "openflow/messages.h"

namespace weft::fabric {

/// An interface of br-int that carries a port of this node.
struct LocalPort {
  Uuid port;
  std::string interface;  ///< OVS interface name
  std::uint32_t ofport = 0;
  std::uint16_t zone = 0;  ///< conntrack zone, unique on the node, stable across restarts
  bool operator==(const LocalPort&) const = default;
};

/// A tunnel port of br-int to one peer.
struct Tunnel {
  model::Encapsulation encapsulation = model::Encapsulation::kVxlan;
  std::string node;  ///< the peer's name
  std::uint32_t ofport = 0;
  bool operator==(const Tunnel&) const = default;
};

struct NodeFacts {
  std::string name;
  std::vector<IpAddress> tunnel_ips = {};  ///< its own ends of tunnels
};

/// Whose drops are sampled: everybody's, or those that some ports, here or elsewhere, cause or suffer.
struct DropWatch {
  bool all = false;
  std::set<Uuid> ports;
  bool operator==(const DropWatch&) const = default;
};

/// What changed in the merged table since the last compile(): first the meters to set, then the flows, all at
/// once, then the meters to delete.
struct FlowDelta {
  std::vector<openflow::Flow> add_or_replace;
  std::vector<openflow::FlowKey> remove;
  /// Cookies of flows that the switch learned (table `places`) and that nobody vouches for any more.
  std::vector<std::uint64_t> forget;
  /// Meters that the switch must have before these flows.
  std::vector<openflow::Meter> set_meters;
  /// Meters that nothing names any more when these flows are in.
  std::vector<std::uint32_t> delete_meters;
  /// No flow changes.
  bool empty() const { return add_or_replace.empty() && remove.empty() && forget.empty(); }
};

/// How much work the last compile() was; exported, and held constant by tests.
struct CompileStats {
  std::uint64_t units = 0;  ///< recomputed
  std::uint64_t flows = 0;  ///< that those contribute
  bool operator==(const CompileStats&) const = default;
};

class Compiler {
 public:
  Compiler(const model::Intent& intent, NodeFacts facts);
  ~Compiler();

  void intent_changed(const model::IntentChanges& changes);
  void plug(const LocalPort& port);  ///< new, or changed ofport or zone
  void unplug(const Uuid& port);
  void add_tunnel(const Tunnel& tunnel);
  void remove_tunnel(model::Encapsulation encapsulation, const std::string& node);

  /// From now on these drops are sampled.
  void watch_drops(const DropWatch& watch);

  /// Recomputes what is dirty. O(what changed), never O(everything).
  FlowDelta compile();
  const CompileStats& last_stats() const;

  /// Every flow that the switch should have now.
  std::vector<openflow::Flow> desired() const;
  /// What must change so that a switch with `actual` and `meters` has the desired flows and their meters;
  /// used on connect. Counters of what is unchanged survive.
  FlowDelta difference(const std::vector<openflow::Flow>& actual,
                       const std::vector<openflow::Meter>& meters = {}) const;

  /// Has the intent every row that a plugged port needs: the port, bound to this node, its network, its
  /// groups? Only then do the compiled flows say what was asked for; a port that is not ready has no flows,
  /// or lacks a group's rules.
  bool ready(const Uuid& port) const;

  /// The objects that a desired flow is for, more than one when they share it; empty for a flow that is not
  /// desired.
  std::vector<Owner> owners(const openflow::FlowKey& key) const;

  /// Peers that this node needs tunnels to: (encapsulation, node name), for networks with ports both here and
  /// there.
  std::set<std::pair<model::Encapsulation, std::string>> wanted_tunnels() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weft::fabric
