#pragma once
// What this node watches in the store, kept in step with what it carries.

#include <memory>
#include <vector>

#include "agent/bound_needs.h"
#include "agent/node_services.h"
#include "agent/ports.h"
#include "agent/signal.h"
#include "agent/worker.h"
#include "store/store.h"

namespace weft::agent {

/// What a node wants to hear of: the networks and groups of the ports bound to it, the address groups that
/// those groups' rules name, the ports that its interfaces claim, and the pinned networks.
store::Interest wanted_interest(const BoundNeeds& bound, const model::Intent& intent, const std::string& node,
                                const Claims& claims, const std::map<Uuid, int>& pinned);

class InterestKeeper {
 public:
  InterestKeeper(asio::any_io_executor executor, store::Store& store, std::string node,
                 const PortTable& ports, Metrics& metrics);

  /// Called when everything that is wanted is in intent().
  void on_complete(std::function<void()> handler) { complete_handler_ = std::move(handler); }
  /// To be called after every change of the intent, before refresh().
  void intent_changed(const model::IntentChanges& changes) { bound_.intent_changed(changes); }
  /// Something that the interest depends on may have changed.
  void refresh();
  /// intent() has everything that was wanted by the last refresh().
  bool complete() const { return complete_; }

  /// Pins a network; see NodeServices::pin_network().
  Task<NetworkPin> pin(Uuid network);

  void stop() { worker_.stop(); }

 private:
  Task<void> follow();
  store::Interest wanted() const;

  store::Store& store_;
  std::string node_;
  const PortTable& ports_;
  BoundNeeds bound_;
  std::shared_ptr<std::map<Uuid, int>> pinned_;  ///< shared with the pins, which may outlive us
  store::Interest current_;
  bool asked_ = false;
  bool complete_ = false;
  std::function<void()> complete_handler_;
  Signal completed_;
  Worker worker_;
};

}  // namespace weft::agent
