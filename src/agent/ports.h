#pragma once
// Which interface of br-int carries which port: the claims of this node, and what is wrong with those that
// don't count.

#include <map>
#include <string>
#include <vector>

#include "agent/switch_state.h"
#include "agent/zones.h"
#include "fabric/compiler.h"
#include "model/intent.h"

namespace weft::agent {

/// One interface's claim of a port by its iface-id.
struct Claim {
  enum class State {
    kHere,       ///< bound to this node: gets flows
    kWaiting,    ///< would be here, but the switch can't carry it (yet)
    kUnknown,    ///< there is no such port (yet)
    kElsewhere,  ///< bound to another node, or to none
    kDuplicate,  ///< another interface has the same iface-id and wins
  };
  Uuid port;
  std::string interface;
  Uuid row;  ///< the interface's row: one that is deleted and made again is another
  std::int64_t ofport = 0;
  bool device_gone = false;
  State state = State::kUnknown;
  std::string failure;  ///< for a person; empty for kHere, and while the switch is just not done yet
  bool operator==(const Claim&) const = default;
};

std::string_view to_string(Claim::State state);

/// Claims by interface name. Of several interfaces with one iface-id one wins: the one that carried the port
/// `before`, or under a former agent; else one that works; of equals the one whose name comes first.
using Claims = std::map<std::string, Claim>;
Claims read_claims(const SwitchInterfaces& interfaces, const model::Intent& intent, const std::string& node,
                   const Claims& before = {});

/// The claims with what they were given, kept current.
class PortTable {
 public:
  PortTable(const model::Intent& intent, std::string node);

  /// Reads the claims again; logs what is new.
  void refresh(const SwitchInterfaces& interfaces);

  const Claims& claims() const { return claims_; }
  ZoneTable& zones() { return zones_; }
  const ZoneTable& zones() const { return zones_; }
  /// The ports that get flows.
  std::map<Uuid, fabric::LocalPort> local_ports() const;
  /// The claim that counts for a port: the one that is here, or tells why it is not; null when no interface
  /// names it.
  const Claim* claim_of(const Uuid& port) const;

 private:
  void remember_numbers(SwitchInterfaces& interfaces) const;

  const model::Intent& intent_;
  std::string node_;
  ZoneTable zones_;
  Claims claims_;
};

}  // namespace weft::agent
