#pragma once
// What a node of the network shall do with a packet, written for clarity and sharing no code with the
// compiler: the other half of a proof. Ports, groups, rules, pairs and a packet in, with what the node has
// seen before; where the packet goes, or why it does not, out.

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "model/intent.h"
#include "reference/connections.h"
#include "reference/drop.h"
#include "reference/packet.h"
#include "reference/places.h"

namespace weft::reference {

/// A node, with the ports that are plugged there and its tunnels to other nodes.
struct Place {
  std::string node;
  std::set<Uuid> plugged;
  std::set<std::pair<model::Encapsulation, std::string>> tunnels;
  std::set<IpAddress> tunnel_ips;  ///< its own ends of tunnels
};

/// What a node keeps of earlier packets.
struct Memory {
  Connections connections;
  Places places;
};

/// What became of a packet on one node.
struct Verdict {
  std::set<Dropped> drops;           ///< at its source, on its way, or at any of its receivers
  std::optional<MacAddress> answer;  ///< the node answered the ARP request itself, with this MAC
  bool to_agent = false;             ///< a DHCP request
  std::set<Uuid> delivered;          ///< to these ports of the node
  std::set<std::string> sent_to;     ///< to these other nodes
  auto operator<=>(const Verdict&) const = default;
};

/// Does a port of the network take part here? Only then the node does.
bool is_hosted(const model::Intent& intent, const Place& place, const Uuid& network);

/// A port of the node sends a packet.
Verdict send(const model::Intent& intent, const Place& place, const Uuid& port, const Packet& packet,
             Memory& memory);
/// A packet of a network arrives from another node, which has checked its source.
Verdict receive(const model::Intent& intent, const Place& place, const std::string& from, const Uuid& network,
                const Packet& packet, Memory& memory);

}  // namespace weft::reference
