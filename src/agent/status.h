#pragma once
// What this node says of itself and of its ports in the store: its Binding rows, its Node row, its heartbeat.
// Wanted rows are compared with the rows that are there, so that no port can stick because an event was
// missed.

#include <functional>
#include <map>
#include <optional>
#include <set>

#include "agent/ports.h"
#include "agent/worker.h"
#include "store/store.h"

namespace weft::agent {

/// The bindings that a node should report, by port: one for each port that is carried here or whose claim
/// failed.
std::map<Uuid, model::Binding> wanted_bindings(const Claims& claims, const std::set<Uuid>& confirmed,
                                               const model::Intent& intent, const std::string& node);

/// What to do to the rows that are there.
struct BindingEdits {
  std::vector<model::Binding> insert;
  std::vector<std::pair<model::Binding, model::Binding>> update;  ///< before, after
  std::vector<Uuid> remove;
  bool empty() const { return insert.empty() && update.empty() && remove.empty(); }
};
BindingEdits compare_bindings(const std::map<Uuid, model::Binding>& wanted,
                              const std::map<Uuid, model::Binding>& actual);

class StatusReporter {
 public:
  /// `self` is the Node row as wanted; its id is only used when there is no row of that name.
  StatusReporter(asio::any_io_executor executor, store::Store& store, model::Node self, Metrics& metrics);

  void start();
  void stop();
  void store_synced();
  /// Follows the node's own rows.
  void intent_changed(const model::IntentChanges& changes);
  /// What the switch turned out to use.
  void set_datapath_type(std::string type);
  /// What the node should report of its ports.
  void report(std::map<Uuid, model::Binding> wanted);

 private:
  Task<void> write();
  Task<void> beat();
  void add_node(store::Write& write) const;
  void add_bindings(store::Write& write) const;
  void wait_for_next_beat();

  store::Store& store_;
  model::Node self_;
  std::map<Uuid, model::Binding> wanted_;
  std::map<Uuid, model::Binding> actual_;  ///< our rows in the store, by port
  bool known_ = false;                     ///< report() was called: before, a former agent's rows stay
  std::optional<model::Heartbeat> heartbeat_;
  asio::steady_timer beat_timer_;
  Worker writer_;
  Worker beater_;
};

}  // namespace weft::agent
