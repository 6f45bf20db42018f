#pragma once
// Router advertisements that nobody asked for: to a port that becomes active, and to all of a network's ports
// here when what is advertised changes, and every ten minutes: what is said holds for a while only.

#include <chrono>
#include <functional>
#include <map>
#include <set>

#include "agent/router_advertisement.h"
#include "fabric/compiler.h"

namespace weft::agent {

/// RFC 4861's MaxRtrAdvInterval.
inline constexpr std::chrono::minutes kAdvertisementPeriod{10};

class RouterAdvertiser {
 public:
  using LocalPorts = std::map<Uuid, fabric::LocalPort>;
  using Send = std::function<void(const fabric::LocalPort&, const net::Frame&)>;

  RouterAdvertiser(const model::Intent& intent, DhcpSettings settings)
      : intent_(intent), settings_(std::move(settings)) {}

  /// Remembers the networks whose advertisement may be another.
  void intent_changed(const model::IntentChanges& changes);

  /// The period is over: refresh() tells all ports again.
  void repeat() { repeating_ = true; }

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
  bool repeating_ = false;
};

}  // namespace weft::agent
