#pragma once
// A world as one node sees it, and what happens in it: packets, and changes of the world itself.

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "fabric/example_world.h"
#include "reference/policy.h"

namespace weft::reference {

struct NodeWorld {
  virtual ~NodeWorld() = default;  // the worlds of named cases know more

  fabric::World world;
  std::string node = "worker1";
  IpAddress tunnel_ip = IpAddress::v4(0xc0000201);  // 192.0.2.1
  std::vector<Uuid> networks, groups, stateless_groups, address_groups, ports;
  std::vector<Uuid> distributed;         ///< ports, for the services of subnets; not among `ports`
  std::vector<fabric::LocalPort> local;  ///< of the plugged ports
  std::vector<fabric::Tunnel> tunnels;

  const model::Intent& intent() const { return world.intent(); }
  Place place() const;
  void plug(const Uuid& port);
  void unplug(const Uuid& port);
};

/// A local port sends a packet.
struct FromPort {
  Uuid port;
  Packet packet;
};
/// A packet arrives from another node.
struct FromNode {
  std::string node;
  Uuid network;
  Packet packet;
};
/// The world changes. A change of what is not there does nothing, so that events before it may be left out.
struct Change {
  std::string text;
  std::function<void(NodeWorld&)> apply;
};
using Event = std::variant<FromPort, FromNode, Change>;

const Packet* packet_of(const Event& event);
/// In words, with the names of ports.
std::string to_text(const Event& event, const NodeWorld& world);
std::string to_text(const Verdict& verdict, const NodeWorld& world);

}  // namespace weft::reference
