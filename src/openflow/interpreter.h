#pragma once
// Evaluates flows as Open vSwitch does (ovs-actions(7), ovs-fields(7)), on plain values and without a switch:
// for tests and for answering "what would happen to this packet". Covers what our flows use; NAT, groups and
// meters are not among it. What a switch remembers from packet to packet is the caller's: connections and
// learned flows.

#include <map>
#include <set>
#include <unordered_map>
#include <vector>

#include "openflow/connection_table.h"
#include "openflow/learned_flows.h"

namespace weft::openflow {

/// What became of a packet.
struct Outcome {
  struct Sent {
    std::uint32_t port = 0;  ///< kPortController for a packet-in
    Packet packet;
    std::vector<std::uint8_t> userdata;
  };
  std::vector<Sent> sent;
  std::vector<const Flow*> matched;  ///< in order; owned by the interpreter or the learned flows
  bool too_deep = false;             ///< more than 64 nested look-ups: a loop

  bool reached(std::uint32_t port) const;
};

class Interpreter {
 public:
  explicit Interpreter(std::vector<Flow> flows);

  /// Sends a packet through table 0. Connections that the flows commit stay in `connections`; what they learn
  /// is in `learned` when the packet has gone, for later ones. A flow that was given wins over a learned one
  /// of its priority.
  Outcome run(Packet packet, ConnectionTable& connections, LearnedFlows& learned,
              const TrackerView& view = {}) const;
  /// The same for one that neither learns nor has learned anything.
  Outcome run(Packet packet, ConnectionTable& connections) const;

 private:
  struct Trip;
  struct Run;
  /// Flows of a table with one priority; `conjunctive` ones only have Conjunction actions.
  struct Level {
    std::vector<const Flow*> plain, conjunctive;
  };
  const Flow* find(std::uint8_t table, const Packet& packet, const LearnedFlows& learned) const;
  const Flow* find_given(std::uint8_t table, const Packet& packet) const;

  std::vector<Flow> flows_;
  std::unordered_map<std::uint8_t, std::map<std::uint16_t, Level, std::greater<>>> tables_;
};

}  // namespace weft::openflow
