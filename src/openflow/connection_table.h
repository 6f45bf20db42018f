#pragma once
// The connection tracker of Open vSwitch 3.1's userspace datapath, as flows see it: which packets belong to
// which connection, and in which state. Committed connections stay for good; TCP's windows and its end are
// not followed, nor are the ids of ICMP queries (two pings between the same hosts are one connection), NAT,
// ct_mark and ct_label.

#include <map>
#include <optional>

#include "openflow/flow.h"

namespace weft::openflow {

/// A packet and its metadata: the fields that it has, prerequisites included. An absent field is not matched
/// by a flow that names it, except registers and metadata, which start at zero.
using Packet = std::map<Field, Bits>;

/// What the switch sees of a packet, and the matches of flows do not.
struct TrackerView {
  /// Of a fragment: the packet that it is a part of. The tracker reassembles first.
  std::optional<Packet> whole;
  /// Of an ICMP error: the packet that it is about, as far as the error quotes it.
  std::optional<Packet> quoted;
  std::size_t size = 0;  ///< of the frame, bytes: what check_pkt_larger compares
};

/// ct_state bits (ovs-fields(7)).
inline constexpr std::uint64_t kCtNew = 1, kCtEstablished = 2, kCtRelated = 4, kCtReply = 8, kCtInvalid = 16,
                               kCtTracked = 32;

class ConnectionTable {
 public:
  /// One direction of a connection. Ports are those of TCP and UDP; of ICMP queries the types that go forth
  /// and back; zero of all else, SCTP included.
  struct Tuple {
    std::uint64_t eth_type = 0;
    Bits source, destination;
    std::uint64_t protocol = 0, source_port = 0, destination_port = 0;
    Tuple reversed() const {
      return {eth_type, destination, source, protocol, destination_port, source_port};
    }
    auto operator<=>(const Tuple&) const = default;
  };
  /// What ct() finds out about a packet.
  struct Tracked {
    std::uint64_t state = kCtTracked | kCtInvalid;
    std::optional<Tuple> original;  ///< of the connection, as it was opened; nothing when invalid
  };
  /// kForce makes the packet's direction the original one, whatever it was.
  enum class Commit : std::uint8_t { kNo, kYes, kForce };

  /// What ct(zone=), ct(commit,zone=) or ct(commit,force,zone=) does with a packet. A connection is +new
  /// until it is answered; of TCP only its SYNs are, in either direction (in the reply direction they are
  /// +new-rpl, with the tuple of the first), while packets without kTcpFlags count as acknowledgements.
  Tracked track(std::uint16_t zone, const Packet& packet, const TrackerView& view = {},
                Commit commit = Commit::kNo);
  void flush(std::uint16_t zone) { zones_.erase(zone); }

 private:
  struct Peer {
    bool spoke = false;
    bool answered = false;  ///< the other one has, after it spoke
  };
  struct Connection {
    Peer opener{.spoke = true}, other;
  };
  using Zone = std::map<Tuple, Connection>;  // by the original direction

  static std::uint64_t see(Connection& connection, const Packet& packet, bool reply);

  std::map<std::uint16_t, Zone> zones_;
};

/// Gives a packet the fields that ct() sets.
void set_tracked_fields(Packet& packet, std::uint16_t zone, const ConnectionTable::Tracked& tracked);
/// Makes a packet an untracked one.
void clear_tracked_fields(Packet& packet);

}  // namespace weft::openflow
