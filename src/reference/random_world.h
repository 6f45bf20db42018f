#pragma once
// Random worlds and packets for the proof: small, so that collisions of everything with everything are
// likely.

#include <random>

#include "fabric/example_world.h"
#include "reference/policy.h"

namespace weft::reference {

/// A world as one node sees it: two networks with the same addresses, ports here and on two other nodes,
/// groups with rules of every kind, allowed address pairs, ports without port security, ports without groups,
/// ports that are down.
struct RandomWorld {
  explicit RandomWorld(std::mt19937& random);

  fabric::World world;
  Place place{.node = "worker1", .plugged = {}};
  std::vector<Uuid> networks, groups, ports;
  std::vector<fabric::LocalPort> local;  ///< of the plugged ports
  std::vector<fabric::Tunnel> tunnels;
};

/// What happens in one step: a local port sends, or another node's packet arrives in a network.
struct Event {
  std::optional<Uuid> sender;  ///< absent: from another node
  Uuid network;
  Packet packet;
};

/// An event; often one that nearly or just passes: own addresses, addresses of others, values at the edges of
/// rules, and answers to earlier events.
Event random_event(const RandomWorld& world, const std::vector<Event>& earlier, std::mt19937& random);

}  // namespace weft::reference
