#pragma once
// Evaluates flows as Open vSwitch does (ovs-actions(7), ovs-fields(7)), on plain values and without a switch:
// for tests and for answering "what would happen to this packet". Covers what our flows use; NAT, groups and
// meters are not among it.

#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "openflow/flow.h"

namespace weft::openflow {

/// A packet and its metadata: the fields that it has, prerequisites included. An absent field is not matched
/// by a flow that names it, except registers and metadata, which start at zero.
using Packet = std::map<Field, Bits>;

/// The connection tracker: per zone, the connections that were committed, by their original direction.
class ConnectionTable {
 public:
  struct Tuple {
    Bits source, destination;
    std::uint64_t protocol = 0, source_port = 0, destination_port = 0;
    Tuple reversed() const { return {destination, source, protocol, destination_port, source_port}; }
    auto operator<=>(const Tuple&) const = default;
  };

  /// The tuple of an IP packet; nothing for others, which are untrackable.
  static std::optional<Tuple> tuple_of(const Packet& packet);
  /// ct_state bits (ovs-fields(7)) of a packet in a zone; +trk+inv when it can't be tracked.
  std::uint64_t state(std::uint16_t zone, const Packet& packet) const;
  void commit(std::uint16_t zone, const Packet& packet);
  void flush(std::uint16_t zone) { zones_.erase(zone); }

 private:
  std::map<std::uint16_t, std::set<Tuple>> zones_;
};

/// ct_state bits.
inline constexpr std::uint64_t kCtNew = 1, kCtEstablished = 2, kCtRelated = 4, kCtReply = 8, kCtInvalid = 16,
                               kCtTracked = 32;

/// What became of a packet.
struct Outcome {
  struct Sent {
    std::uint32_t port = 0;  ///< kPortController for a packet-in
    Packet packet;
    std::vector<std::uint8_t> userdata;
  };
  std::vector<Sent> sent;
  std::vector<const Flow*> matched;  ///< in order; owned by the interpreter
  bool too_deep = false;             ///< more than 64 nested look-ups: a loop

  bool reached(std::uint32_t port) const;
};

class Interpreter {
 public:
  explicit Interpreter(const std::vector<Flow>& flows);

  /// Sends a packet through table 0. Connections that the flows commit stay in `connections`.
  Outcome run(Packet packet, ConnectionTable& connections) const;

 private:
  struct Run;
  /// Flows of a table with one priority; `conjunctive` ones only have Conjunction actions.
  struct Level {
    std::vector<const Flow*> plain, conjunctive;
  };
  const Flow* find(std::uint8_t table, const Packet& packet) const;

  std::vector<Flow> flows_;
  std::unordered_map<std::uint8_t, std::map<std::uint16_t, Level, std::greater<>>> tables_;
};

}  // namespace weft::openflow
