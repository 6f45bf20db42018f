#pragma once
// Families of flows: every flow belongs to one, which gives it its table, its priority and its reason. Within
// a table no two families share a priority, so a flow in a dump leads to its family.

#include <array>

#include "fabric/pipeline.h"

namespace weft::fabric {

struct Family {
  std::string_view name;
  Table table;
  std::uint16_t priority;
  std::string_view doc;
};

namespace family {

inline constexpr Family kLocalPort{"local_port", Table::kClassify, 100,
                                   "A port of this node: loads its network, zone and policy."};
inline constexpr Family kTunnel{
    "tunnel", Table::kClassify, 90,
    "A peer's tunnel: the encapsulation and the VNI are the network's key. A network without "
    "a port here has no flow in l2_lookup, so its packets end there."};

inline constexpr Family kUnprotected{"unprotected", Table::kPortSecurity, 200,
                                     "A port without port security says what it likes."};
inline constexpr Family kVlanTagged{"vlan_tagged", Table::kPortSecurity, 190,
                                    "A tag could hide a spoofed header: dropped."};
inline constexpr Family kRogueDhcp{"rogue_dhcp", Table::kPortSecurity, 180,
                                   "DHCP server answers do not come from ports: dropped."};
inline constexpr Family kRogueRa{"rogue_ra", Table::kPortSecurity, 170,
                                 "Router advertisements do not come from ports: dropped."};
inline constexpr Family kOwnIp{"own_ip", Table::kPortSecurity, 160,
                               "IP packets from an allowed pair of MAC and address."};
inline constexpr Family kOwnArp{"own_arp", Table::kPortSecurity, 150,
                                "ARP that tells of an allowed pair, inside and outside."};
inline constexpr Family kArpProbe{
    "arp_probe", Table::kPortSecurity, 140,
    "Address conflict detection (RFC 5227) of an allowed address, sent from 0.0.0.0."};
inline constexpr Family kDhcpClient{"dhcp_client", Table::kPortSecurity, 130,
                                    "A DHCP client that has no address yet."};
inline constexpr Family kLinkLocal{"link_local", Table::kPortSecurity, 120,
                                   "IPv6 from the link-local address of an allowed MAC."};
inline constexpr Family kUnspecified{"unspecified_v6", Table::kPortSecurity, 110,
                                     "Duplicate address detection and multicast listener reports from ::."};

inline constexpr Family kDhcpRequest{
    "dhcp_request", Table::kLocalServices, 200,
    "DHCP requests in a network with DHCP go to the agent and nowhere else."};
inline constexpr Family kOwnAddress{
    "own_address", Table::kLocalServices, 190,
    "Asking for one's own address is conflict detection: must not be answered by the node."};
inline constexpr Family kArpReply{"arp_reply", Table::kLocalServices, 180,
                                  "The node answers for every bound port of the network, wherever it runs."};

inline constexpr Family kSourceOpen{"source_open", Table::kEgressPolicy, 200,
                                    "The sender has no port security."};
inline constexpr Family kSourceEssential{
    "source_essential", Table::kEgressPolicy, 190,
    "ARP, neighbour discovery, listener reports and DHCP requests need no rule."};
inline constexpr Family kSourceTrack{"source_track", Table::kEgressPolicy, 100,
                                     "Find the connection in the sender's zone."};
inline constexpr Family kEgressInvalid{"egress_invalid", Table::kEgressState, 200,
                                       "Belongs to no connection and starts none: dropped."};
inline constexpr Family kEgressEstablished{"egress_established", Table::kEgressState, 190,
                                           "Of a connection that was allowed."};
inline constexpr Family kEgressRelated{"egress_related", Table::kEgressState, 180,
                                       "An error about a connection that was allowed."};
inline constexpr Family kEgressGroups{
    "egress_groups", Table::kEgressState, 100,
    "A new connection from this port: asks the rules of each of its groups."};
inline constexpr Family kEgressRule{"egress_rule", Table::kEgressRules, 200,
                                    "A rule for any remote or for a remote prefix."};
inline constexpr Family kEgressRemote{
    "egress_remote_group", Table::kEgressRules, 100,
    "Rules with a remote group: a conjunction of the rules that name it and the addresses "
    "of its members, one flow each."};
inline constexpr Family kEgressAllowed{"egress_allowed", Table::kEgressVerdict, 100,
                                       "Allowed: remember the connection and go on."};

inline constexpr Family kLocalMac{"local_mac", Table::kL2Lookup, 200, "A port of this node."};
inline constexpr Family kRemoteMac{"remote_mac", Table::kL2Lookup, 190,
                                   "A port of another node: through its tunnel, with the VNI."};
inline constexpr Family kDownMac{"down_mac", Table::kL2Lookup, 180,
                                 "A port that is administratively down: dropped, not flooded."};
inline constexpr Family kFloodFromNode{"flood_from_node", Table::kL2Lookup, 100,
                                       "Broadcast, multicast, unknown: once to each node that has ports of "
                                       "the network, then to the local ports."};
inline constexpr Family kFloodFromTunnel{"flood_from_tunnel", Table::kL2Lookup, 90,
                                         "From another node: to local ports only."};
inline constexpr Family kFloodPorts{"flood_ports", Table::kFlood, 100,
                                    "The local ports of the network, each through its own policy."};

inline constexpr Family kBackToSender{"back_to_sender", Table::kArrival, 200,
                                      "A flooded packet does not return to the port that sent it."};
inline constexpr Family kDestination{"destination", Table::kArrival, 100,
                                     "A port of this node: loads its zone and policy."};
inline constexpr Family kDestinationOpen{"destination_open", Table::kIngressPolicy, 200,
                                         "The receiver has no port security."};
inline constexpr Family kDestinationEssential{
    "destination_essential", Table::kIngressPolicy, 190,
    "ARP, neighbour discovery, listener queries and DHCP answers need no rule."};
inline constexpr Family kDestinationTrack{"destination_track", Table::kIngressPolicy, 100,
                                          "Find the connection in the receiver's zone."};
inline constexpr Family kIngressInvalid{"ingress_invalid", Table::kIngressState, 200,
                                        "Belongs to no connection and starts none: dropped."};
inline constexpr Family kIngressEstablished{"ingress_established", Table::kIngressState, 190,
                                            "Of a connection that was allowed."};
inline constexpr Family kIngressRelated{"ingress_related", Table::kIngressState, 180,
                                        "An error about a connection that was allowed."};
inline constexpr Family kIngressGroups{
    "ingress_groups", Table::kIngressState, 100,
    "A new connection to this port: asks the rules of each of its groups."};
inline constexpr Family kIngressRule{"ingress_rule", Table::kIngressRules, 200,
                                     "A rule for any remote or for a remote prefix."};
inline constexpr Family kIngressRemote{
    "ingress_remote_group", Table::kIngressRules, 100,
    "Rules with a remote group: a conjunction of the rules that name it and the addresses "
    "of its members, one flow each."};
inline constexpr Family kIngressAllowed{"ingress_allowed", Table::kIngressVerdict, 100,
                                        "Allowed: remember the connection and go on."};

inline constexpr Family kDeliver{"deliver", Table::kOutput, 100, "To the port."};

}  // namespace family

inline constexpr std::array kFamilies = {
    family::kLocalPort,
    family::kTunnel,
    family::kUnprotected,
    family::kVlanTagged,
    family::kRogueDhcp,
    family::kRogueRa,
    family::kOwnIp,
    family::kOwnArp,
    family::kArpProbe,
    family::kDhcpClient,
    family::kLinkLocal,
    family::kUnspecified,
    family::kDhcpRequest,
    family::kOwnAddress,
    family::kArpReply,
    family::kSourceOpen,
    family::kSourceEssential,
    family::kSourceTrack,
    family::kEgressInvalid,
    family::kEgressEstablished,
    family::kEgressRelated,
    family::kEgressGroups,
    family::kEgressRule,
    family::kEgressRemote,
    family::kEgressAllowed,
    family::kLocalMac,
    family::kRemoteMac,
    family::kDownMac,
    family::kFloodFromNode,
    family::kFloodFromTunnel,
    family::kFloodPorts,
    family::kBackToSender,
    family::kDestination,
    family::kDestinationOpen,
    family::kDestinationEssential,
    family::kDestinationTrack,
    family::kIngressInvalid,
    family::kIngressEstablished,
    family::kIngressRelated,
    family::kIngressGroups,
    family::kIngressRule,
    family::kIngressRemote,
    family::kIngressAllowed,
    family::kDeliver,
};

/// By table, then by falling priority; nothing at 0, which is the table's miss.
consteval bool families_in_order() {
  for (std::size_t i = 0; i < kFamilies.size(); ++i) {
    if (kFamilies[i].priority == 0) return false;
    if (i == 0 || kFamilies[i].table > kFamilies[i - 1].table) continue;
    if (kFamilies[i].table < kFamilies[i - 1].table || kFamilies[i].priority >= kFamilies[i - 1].priority)
      return false;
  }
  return true;
}
static_assert(families_in_order());

}  // namespace weft::fabric
