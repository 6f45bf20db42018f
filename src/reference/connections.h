#pragma once
// The connections that each port's policy has allowed, and what a packet has to do with them.

#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "base/uuid.h"
#include "reference/packet.h"

namespace weft::reference {

/// What a packet is to the connections of a port.
struct Standing {
  enum class Kind : std::uint8_t {
    kInvalid,  ///< of no connection, and starts none
    kNew,      ///< would start one
    kKnown,    ///< of one, in either direction
    kRelated,  ///< an ICMP error about one
  };
  Kind kind = Kind::kInvalid;
  bool reply = false;  ///< towards the one who opened the connection
  /// A packet of the connection in the direction in which it was opened; the details (ports, ICMP type) that
  /// a packet does not show are not in it either.
  Packet::Ip opener;
  bool shows_details = true;
};

class Connections {
 public:
  Standing find(const Uuid& port, const Packet& packet) const;
  /// The packet starts a connection.
  void remember(const Uuid& port, const Packet::Ip& packet);

 private:
  /// Addresses and protocol; ports of TCP and UDP; the query's type of ICMP. Nothing else is told apart.
  using Key = std::tuple<IpAddress, IpAddress, int, int, int, int>;
  static Key key_of(const Packet::Ip& ip);
  bool has(const Uuid& port, const Packet::Ip& ip) const;
  Standing find_related(const Uuid& port, const Packet& error) const;

  std::map<Uuid, std::set<Key>> by_port_;
};

}  // namespace weft::reference
