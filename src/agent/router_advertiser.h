#pragma once
// Router advertisements that nobody asked for: to a port that becomes active, and to all of a network's ports
// here when what is advertised changes. Nothing is repeated: what is said holds for ever.

#include <functional>
#include <map>
#include <set>

#include "agent/router_advertisement.h"
#include "fabric/compiler.h"

namespace weft::agent {

class RouterAdvertiser {
 public:
  using LocalPorts = std::map<Uuid, fabric::LocalPort>;
  using Send = std::function<void(const fabric::LocalPort&, const net::Frame&)>;

  RouterAdvertiser(const model::Intent& intent, DhcpSettings settings)
      : intent_(intent), settings_(std::move(settings)) {}

  /// Remembers the networks whose advertisement may be another.
  void intent_changed(const model::IntentChanges& changes);

  /// Sends what is due. `active`: the ports whose flows are in the switch, all of them.
  void refresh(const LocalPorts& active, const Send& send);

 private:
  /// A network with active ports here.
  struct Told {
    MaybeAdvertisement last;
    LocalPorts ports;  ///< that know it
  };

  void tell_newcomers(const LocalPorts& active, const Send& send);
  void forget_leavers(const LocalPorts& active);
  void tell_changes(const Send& send);

  const model::Intent& intent_;
  DhcpSettings settings_;
  std::map<Uuid, Told> told_;  ///< by network
  std::set<Uuid> changed_;     ///< networks
};

}  // namespace weft::agent
