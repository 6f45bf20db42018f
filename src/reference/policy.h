#pragma once
// What the network shall do with a packet, written for clarity and sharing no code with the compiler: the
// other half of a proof. Ports, groups, rules, pairs and a packet with its connection state in; pass, or drop
// with a reason, out.

#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "model/intent.h"

namespace weft::reference {

/// A packet as a port sends it, or as it arrives from another node.
struct Packet {
  MacAddress eth_src, eth_dst;
  bool tagged = false;  ///< carries an 802.1Q tag

  struct Arp {
    int operation = 1;
    MacAddress sender_mac;
    IpAddress sender_ip, target_ip;
  };
  struct Ip {
    IpAddress source, destination;  ///< of one version
    int protocol = 6;
    int source_port = 0, destination_port = 0;  ///< TCP, UDP, SCTP
    int icmp_type = 0, icmp_code = 0;           ///< ICMP, ICMPv6
    auto operator<=>(const Ip&) const = default;
  };
  std::optional<Arp> arp;
  std::optional<Ip> ip;  ///< neither: a frame of another protocol
};

enum class Drop : std::uint8_t {
  kVlanTagged,
  kSpoofedMac,
  kSpoofedIp,
  kSpoofedArp,
  kRogueDhcp,
  kRogueRa,
  kNoRule,
  kNoDestination,
};
std::string_view to_string(Drop reason);

/// Connections that each port's policy has seen and allowed, by their first packet.
class Connections {
 public:
  bool knows(const Uuid& port, const Packet::Ip& packet) const;
  void remember(const Uuid& port, const Packet::Ip& packet);

 private:
  std::map<Uuid, std::set<Packet::Ip>> by_port_;
};

/// A node, with the ports that are plugged there.
struct Place {
  std::string node;
  std::set<Uuid> plugged;
};

/// What became of a packet on one node.
struct Verdict {
  std::optional<Drop> drop;       ///< at its source
  bool answered = false;          ///< the node answered the ARP request itself
  bool to_agent = false;          ///< a DHCP request
  std::set<Uuid> delivered;       ///< to these ports of the node
  std::map<Uuid, Drop> refused;   ///< by these ports' policy
  std::set<std::string> sent_to;  ///< to these other nodes
  bool operator==(const Verdict&) const = default;
};

/// A port of the node sends a packet.
Verdict send(const model::Intent& intent, const Place& place, const Uuid& port, const Packet& packet,
             Connections& connections);
/// A packet of a network arrives from another node, which has checked its source.
Verdict receive(const model::Intent& intent, const Place& place, const Uuid& network, const Packet& packet,
                Connections& connections);

}  // namespace weft::reference
