#pragma once
// A node, and which ports take part there.

#include <set>
#include <string>
#include <utility>

#include "model/intent.h"

namespace weft::reference {

/// A node, with the ports that are plugged there and its tunnels to other nodes.
struct Place {
  std::string node;
  std::set<Uuid> plugged;
  std::set<std::pair<model::Encapsulation, std::string>> tunnels;
  std::set<IpAddress> tunnel_ips;  ///< its own ends of tunnels
};

/// Does the port speak and hear on this node?
bool takes_part(const model::Intent& intent, const Place& place, const model::Port& port);
/// Does it on another one, for all that is known here?
bool is_elsewhere(const Place& place, const model::Port& port);
/// Does a port of the network take part here? Only then the node does.
bool is_hosted(const model::Intent& intent, const Place& place, const Uuid& network);

}  // namespace weft::reference
