#pragma once
// Makes the switch's flows what the compiler says they should be. Level-triggered: events only mark; one run
// at a time compiles what is dirty and sends the difference as one bundle. A port counts as confirmed only
// after that.

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "agent/worker.h"
#include "fabric/compiler.h"
#include "openflow/connection.h"

namespace weft::agent {

class Reconciler {
 public:
  /// Ports by id.
  using LocalPorts = std::map<Uuid, fabric::LocalPort>;

  Reconciler(asio::any_io_executor executor, const model::Intent& intent, fabric::NodeFacts facts,
             Metrics& metrics);

  /// Called after each run that left the switch as wanted.
  void on_reconciled(std::function<void()> handler) { reconciled_handler_ = std::move(handler); }

  // What changed; nothing happens before request().
  void intent_changed(const model::IntentChanges& changes);
  /// The ports and tunnels of this node, all of them; what differs from the last call is plugged or
  /// unplugged. A port whose zone is to be emptied waits for that.
  void set_ports(const LocalPorts& ports);
  void set_tunnels(const std::vector<fabric::Tunnel>& tunnels);
  /// Whose drops the switch samples.
  void watch_drops(const fabric::DropWatch& watch);
  /// Conntrack zones that have a new owner, said before set_ports(). They are emptied when the flows of the
  /// one before are gone from the switch, and before those of the new one go in.
  void flush_zones(const std::vector<std::uint16_t>& zones);

  /// Runs soon, when there is anything to do.
  void request();

  void connected(std::shared_ptr<openflow::Connection> connection);
  void disconnected(const std::shared_ptr<openflow::Connection>& connection);
  /// From now on flows may be changed: what is known is complete. Before, the switch keeps what a former
  /// agent left.
  void open_gate();
  bool gate_open() const { return gate_open_; }
  /// The switch has been as wanted at least once.
  bool settled() const { return settled_; }

  /// Ports whose flows are in the switch, confirmed.
  const std::set<Uuid>& confirmed() const { return confirmed_; }
  const LocalPorts& ports() const { return ports_; }
  const fabric::Compiler& compiler() const { return compiler_; }
  /// The switch, or null.
  const std::shared_ptr<openflow::Connection>& connection() const { return connection_; }
  void stop() { worker_.stop(); }

 private:
  /// A conntrack zone -> which change of owner it was.
  using ZoneChanges = std::map<std::uint16_t, std::uint64_t>;
  struct Step {
    std::size_t changes = 0;
    LocalPorts ready;
  };

  Task<void> reconcile();
  Task<Step> bring_in_step(std::shared_ptr<openflow::Connection> connection);
  Task<fabric::FlowDelta> next_delta(std::shared_ptr<openflow::Connection> connection);
  Task<void> empty_zones(std::shared_ptr<openflow::Connection> connection, ZoneChanges zones);
  Task<void> send(std::shared_ptr<openflow::Connection> connection, fabric::FlowDelta delta);
  Task<void> send_flows(std::shared_ptr<openflow::Connection> connection, fabric::FlowDelta delta);
  void plug_ports();
  LocalPorts ready_ports() const;
  void confirm(const LocalPorts& ready);

  fabric::Compiler compiler_;
  LocalPorts wanted_ports_;
  LocalPorts ports_;  ///< of these, those that are plugged into the compiler
  std::vector<fabric::Tunnel> tunnels_;
  ZoneChanges zones_to_flush_;
  std::uint64_t zone_changes_ = 0;
  std::set<Uuid> confirmed_;
  std::shared_ptr<openflow::Connection> connection_;
  bool gate_open_ = false;
  bool settled_ = false;
  bool dirty_ = false;
  bool in_step_ = false;  ///< the switch of connection_ has what the last compile() left, but for its delta
  std::function<void()> reconciled_handler_;

  Counter& flows_computed_;
  Counter& units_computed_;
  Counter& flow_mods_;
  Counter& bundles_;
  Counter& failed_bundles_;
  std::uint64_t last_flow_mods_ = 0;
  double last_seconds_ = 0;
  Worker worker_;
};

}  // namespace weft::agent
