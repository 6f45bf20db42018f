#pragma once
// What a node of the network shall do with a packet, written for clarity and sharing no code with the
// compiler: the other half of a proof. Ports, groups, rules, pairs and a packet in, with what the node has
// seen before; where the packet goes, or why it does not, out.

#include <optional>
#include <set>
#include <string>

#include "reference/connections.h"
#include "reference/drop.h"
#include "reference/places.h"
#include "reference/services.h"

namespace weft::reference {

/// What a node keeps of earlier packets.
struct Memory {
  Connections connections;
  Places places;
};

/// What became of a packet on one node.
struct Verdict {
  std::set<Dropped> drops;        ///< at its source, on its way, or at any of its receivers
  std::optional<Packet> answer;   ///< the node gave this to the port that sent the packet
  std::set<Request> to_agent;     ///< once for each; empty: the agent does not hear of it
  std::set<Uuid> delivered;       ///< to these ports of the node
  std::set<std::string> sent_to;  ///< to these other nodes
  bool operator==(const Verdict&) const = default;
};

/// A port of the node sends a packet.
Verdict send(const model::Intent& intent, const Place& place, const Uuid& port, const Packet& packet,
             Memory& memory);
/// A packet of a network arrives from another node, which has checked its source.
Verdict receive(const model::Intent& intent, const Place& place, const std::string& from, const Uuid& network,
                const Packet& packet, Memory& memory);

}  // namespace weft::reference
