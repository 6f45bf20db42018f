#pragma once
// Tunnel ports of br-int: one per encapsulation and peer that ever shared a network with this node. They
// linger, so that pods that come and go change nothing in the switch's database, and go when the peer's Node
// row does.

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agent/switch_plan.h"
#include "fabric/compiler.h"
#include "model/intent.h"

namespace weft::agent {

/// The name of a tunnel port: "vx-" or "gn-" and the remote address in hex (a hash of it for IPv6), at most
/// 15 bytes.
std::string tunnel_name(model::Encapsulation encapsulation, const IpAddress& remote);

using WantedTunnels = std::set<std::pair<model::Encapsulation, std::string>>;

struct TunnelPlan {
  std::map<std::string, TunnelPort> ports;  ///< by name: what br-int should have
  std::set<std::string> unwanted;           ///< ports of peers that are gone or have moved
  std::vector<fabric::Tunnel> usable;       ///< the switch has them
};

/// Two nodes meet in an IP version that both have; where they have both, in the one that the node whose name
/// sorts first lists first. So both ends choose the same, from the same rows.
TunnelPlan plan_tunnels(const WantedTunnels& wanted, const SwitchInterfaces& interfaces,
                        const model::Intent& intent, const fabric::NodeFacts& self);

}  // namespace weft::agent
