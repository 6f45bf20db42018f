#pragma once
// Families of flows: every flow belongs to one, which gives it its table, its priority and its reason. Within
// a table no two families share a priority, so a flow in a dump leads to its family.

#include <array>
#include <optional>

#include "fabric/drops.h"
#include "fabric/pipeline.h"

namespace weft::fabric {

struct Family {
  std::string_view name;
  Table table;
  std::uint16_t priority;
  std::string_view doc;
  Drop drop = Drop::kNone;  ///< why packets end here, for a family of dropping flows
};

namespace family {

inline constexpr Family kLocalPort{"local_port", Table::kClassify, 100,
                                   "A port of this node: loads its network, zone and policy."};
inline constexpr Family kTunnelAnnouncement{
    "tunnel_announcement", Table::kClassify, 95,
    "ARP and neighbour advertisements from another node: their network learns where the MAC is."};
inline constexpr Family kTunnel{"tunnel", Table::kClassify, 90,
                                "A peer's tunnel: the encapsulation and the VNI are the network's key."};

inline constexpr Family kMulticastSource{"multicast_source", Table::kPortSecurity, 210,
                                         "No port without port security speaks for a group address either.",
                                         Drop::kSpoofedMac};
inline constexpr Family kOpenOwnMac{
    "open_own_mac", Table::kPortSecurity, 207,
    "A port without port security says what it likes with its own MAC, which needs no place."};
inline constexpr Family kOpenAnnouncement{
    "open_announcement", Table::kPortSecurity, 205,
    "ARP and neighbour advertisements of a port without port security also tell where their MAC is."};
inline constexpr Family kUnprotected{"unprotected", Table::kPortSecurity, 200,
                                     "A port without port security says what it likes."};
inline constexpr Family kVlanTagged{"vlan_tagged", Table::kPortSecurity, 190,
                                    "A tag could hide a spoofed header.", Drop::kVlanTagged};
inline constexpr Family kRogueDhcp{"rogue_dhcp", Table::kPortSecurity, 180,
                                   "DHCP server answers do not come from ports, nor first fragments of "
                                   "UDP in IPv6 that hide their ports (RFC 7112).",
                                   Drop::kRogueDhcp};
inline constexpr Family kRogueRa{
    "rogue_ra", Table::kPortSecurity, 170,
    "Router advertisements and redirects do not come from ports, nor first fragments that "
    "hide their ICMPv6 type, nor IPv6 that hides its protocol (RFC 7113).",
    Drop::kRogueRa};
inline constexpr Family kDhcpServed{
    "dhcp_served", Table::kPortSecurity, 165,
    "DHCP requests that the agent answers, from any address: a client may have lost its own."};
inline constexpr Family kOwnIp{"own_ip", Table::kPortSecurity, 160,
                               "IP packets from an allowed pair of MAC and address."};
inline constexpr Family kOwnArp{"own_arp", Table::kPortSecurity, 150,
                                "ARP that tells of an allowed pair, inside and outside. With a MAC that is "
                                "not the port's own it also tells where that is."};
inline constexpr Family kArpProbe{
    "arp_probe", Table::kPortSecurity, 140,
    "Address conflict detection (RFC 5227) of an allowed address, sent from 0.0.0.0."};
inline constexpr Family kDhcpClient{"dhcp_client", Table::kPortSecurity, 130,
                                    "A DHCP client that has no address yet."};
inline constexpr Family kLinkLocal{"link_local", Table::kPortSecurity, 120,
                                   "IPv6 from the link-local address of an allowed MAC."};
inline constexpr Family kUnspecified{
    "unspecified_v6", Table::kPortSecurity, 110,
    "Duplicate address detection, router solicitations and multicast listener reports from ::."};
inline constexpr Family kSpoofedArp{
    "spoofed_arp", Table::kPortSecurity, 50,
    "ARP from an allowed MAC that tells of an address or a MAC that is not allowed.", Drop::kSpoofedArp};
inline constexpr Family kSpoofedIp{"spoofed_ip", Table::kPortSecurity, 40,
                                   "IP from an allowed MAC with an address that is not allowed.",
                                   Drop::kSpoofedIp};
inline constexpr Family kOtherOut{"other_protocol_out", Table::kPortSecurity, 30,
                                  "Neither IP nor ARP: nothing to vouch for.", Drop::kOtherProtocolOut};
inline constexpr Family kSpoofedMac{"spoofed_mac", Table::kPortSecurity, 20,
                                    "From a MAC that is not allowed.", Drop::kSpoofedMac};

inline constexpr Family kNdNoTarget{"nd_no_target", Table::kNeighbourSecurity, 200,
                                    "Solicitations and advertisements that are malformed: no target, "
                                    "or in fragments (RFC 6980).",
                                    Drop::kSpoofedNd};
inline constexpr Family kNdDetection{"nd_detection", Table::kNeighbourSecurity, 190,
                                     "Duplicate address detection of an allowed address."};
inline constexpr Family kNdForeignDetection{"nd_foreign_detection", Table::kNeighbourSecurity, 180,
                                            "Duplicate address detection of somebody else's address.",
                                            Drop::kSpoofedNd};
inline constexpr Family kOwnSolicitation{
    "own_solicitation", Table::kNeighbourSecurity, 170,
    "Solicitations with the sender's MAC in the option, or without the option."};
inline constexpr Family kOwnAdvertisement{
    "own_advertisement", Table::kNeighbourSecurity, 160,
    "Advertisements of an allowed address with the sender's MAC in the option, or without the option."};
inline constexpr Family kOwnRouterSolicitation{"own_router_solicitation", Table::kNeighbourSecurity, 150,
                                               "Looking for routers, on the link."};
inline constexpr Family kSpoofedNd{"spoofed_nd", Table::kNeighbourSecurity, 100,
                                   "Other solicitations and advertisements.", Drop::kSpoofedNd};
inline constexpr Family kNdHopLimit{
    "nd_hop_limit", Table::kNeighbourSecurity, 50,
    "Neighbour discovery whose hop limit is not 255 was forwarded by somebody (RFC 4861).", Drop::kSpoofedNd};

inline constexpr Family kNetworkMtu{"network_mtu", Table::kPacketSize, 100,
                                    "The network's MTU, and the Ethernet header."};
inline constexpr Family kTooBig{"too_big", Table::kOversized, 100,
                                "Larger than the network's MTU: its start goes to the agent, which tells the "
                                "sender the MTU.",
                                Drop::kTooBig};

inline constexpr Family kTooManyMacs{
    "too_many_macs", Table::kLocalServices, 210,
    "The port announced so many MACs that the switch learns no more: other nodes do not hear of them either.",
    Drop::kTooManyMacs};
inline constexpr Family kDhcpRequest{
    "dhcp_request", Table::kLocalServices, 200,
    "DHCP requests in a network with DHCP go to the agent and nowhere else, as many as the port's meter "
    "lets through."};
inline constexpr Family kDhcp6Request{"dhcp6_request", Table::kLocalServices, 198, "The same for DHCPv6."};
inline constexpr Family kRouterSolicitation{
    "router_solicitation", Table::kLocalServices, 196,
    "The same for router solicitations in a network with advertised subnets."};
inline constexpr Family kOwnAddress{
    "own_address", Table::kLocalServices, 190,
    "Asking for one's own address is conflict detection: must not be answered by the node. Pairs wider than "
    "one address are not own: what is known of them is answered."};
inline constexpr Family kArpReply{"arp_reply", Table::kLocalServices, 180,
                                  "The node answers for every bound port of the network, wherever it runs, "
                                  "and for distributed ports."};
inline constexpr Family kNeighbourReply{"neighbour_reply", Table::kLocalServices, 170,
                                        "The same for neighbour solicitations."};
inline constexpr Family kEchoReply{"echo_reply", Table::kLocalServices, 160,
                                   "The node answers ping for distributed ports."};

inline constexpr Family kSourceOpen{"source_open", Table::kEgressPolicy, 200,
                                    "The sender has no port security."};
inline constexpr Family kSourceEssential{
    "source_essential", Table::kEgressPolicy, 190,
    "ARP, neighbour discovery, listener reports and DHCP requests need no rule."};
inline constexpr Family kSourceStateless{
    "source_stateless", Table::kEgressPolicy, 110,
    "A packet of a port with stateless groups: asks the rules of each of them."};
inline constexpr Family kSourceTrack{"source_track", Table::kEgressPolicy, 100,
                                     "Find the connection in the sender's zone."};
inline constexpr Family kSourceClosed{"source_closed", Table::kEgressPolicy, 50,
                                      "The sender has port security and no group: nothing else gets out.",
                                      Drop::kNoRuleOut};
inline constexpr Family kEgressCommitted{"egress_committed", Table::kEgressState, 210,
                                         "Back from the commit: goes on."};
inline constexpr Family kEgressInvalid{"egress_invalid", Table::kEgressState, 200,
                                       "Belongs to no connection and starts none.", Drop::kInvalidOut};
inline constexpr Family kEgressOpened{
    "egress_opened", Table::kEgressState, 110,
    "A connection that this port opened, or opens: asks the egress rules of each of its groups."};
inline constexpr Family kEgressReply{
    "egress_reply", Table::kEgressState, 100,
    "A reply to a connection that the other side opened: asks this port's ingress rules."};
inline constexpr Family kEgressRule{"egress_rule", Table::kEgressRules, 200,
                                    "A rule for any remote or for a remote prefix."};
inline constexpr Family kEgressRemote{"egress_remote_group", Table::kEgressRules, 100,
                                      "Rules with a remote group or address group: a conjunction of the "
                                      "rules that name it and the addresses in it, one flow each."};
inline constexpr Family kEgressCommit{"egress_commit", Table::kEgressVerdict, 110,
                                      "Allowed and new: remember the connection and go on."};
inline constexpr Family kEgressAllowed{"egress_allowed", Table::kEgressVerdict, 100, "Allowed."};
inline constexpr Family kEgressDenied{"egress_denied", Table::kEgressVerdict, 50,
                                      "No rule of the sender's groups allows it.", Drop::kNoRuleOut};

inline constexpr Family kAnnouncement{
    "announcement", Table::kAnnouncements, 100,
    "The sender's MAC is behind the tunnel. Each network has its own limit of places."};

inline constexpr Family kTunnelEndpoint{
    "tunnel_endpoint", Table::kL2Lookup, 210,
    "A packet of a tunnel to this node's own end of it, inside a network: the switch, or the host, would "
    "unpack it into any network.",
    Drop::kTunnelEndpoint};
inline constexpr Family kLocalMac{"local_mac", Table::kL2Lookup, 200, "A port of this node."};
inline constexpr Family kRemoteMac{"remote_mac", Table::kL2Lookup, 190,
                                   "A port of another node: through its tunnel, with the VNI."};
inline constexpr Family kDownMac{"down_mac", Table::kL2Lookup, 180,
                                 "A port that is administratively down: not flooded.", Drop::kPortDown};
inline constexpr Family kDistributedMac{
    "distributed_mac", Table::kL2Lookup, 175,
    "A distributed port, to which the node has no other answer: it is everywhere and nowhere.",
    Drop::kNoDestination};
inline constexpr Family kAbsentMac{
    "absent_mac", Table::kL2Lookup, 170,
    "A port that has no interface here, or whose node has no tunnel: not flooded.", Drop::kNoDestination};
inline constexpr Family kUnknownMac{
    "unknown_mac", Table::kL2Lookup, 10,
    "Broadcast, multicast, and MACs that belong to no port: look for a learned place."};

inline constexpr Family kPlacedHere{"placed_here", Table::kPlacement, 200,
                                    "Announced by a port of this node."};
inline constexpr Family kPlacedThere{
    "placed_there", Table::kPlacement, 190,
    "Announced behind a tunnel: through it, with the VNI. Never from one tunnel into another."};
inline constexpr Family kFloodFromNode{
    "flood_from_node", Table::kPlacement, 100,
    "Once to each node that has ports of the network, then to the local ports."};
inline constexpr Family kFloodFromTunnel{"flood_from_tunnel", Table::kPlacement, 90,
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
inline constexpr Family kDestinationStateless{
    "destination_stateless", Table::kIngressPolicy, 110,
    "A packet to a port with stateless groups: asks the rules of each of them."};
inline constexpr Family kDestinationTrack{"destination_track", Table::kIngressPolicy, 100,
                                          "Find the connection in the receiver's zone."};
inline constexpr Family kDestinationClosed{
    "destination_closed", Table::kIngressPolicy, 50,
    "The receiver has port security and no group: nothing else gets in.", Drop::kNoRuleIn};
inline constexpr Family kOtherIn{"other_protocol_in", Table::kIngressPolicy, 40,
                                 "Neither IP nor ARP, to a port with port security.", Drop::kOtherProtocolIn};
inline constexpr Family kIngressCommitted{"ingress_committed", Table::kIngressState, 210,
                                          "Back from the commit: goes on."};
inline constexpr Family kIngressInvalid{"ingress_invalid", Table::kIngressState, 200,
                                        "Belongs to no connection and starts none.", Drop::kInvalidIn};
inline constexpr Family kIngressOpened{
    "ingress_opened", Table::kIngressState, 110,
    "A connection that the other side opened, or opens: asks this port's ingress rules."};
inline constexpr Family kIngressReply{
    "ingress_reply", Table::kIngressState, 100,
    "A reply to a connection that this port opened from an address that is still its own: asks its egress "
    "rules."};
inline constexpr Family kIngressReplyLost{
    "ingress_reply_lost", Table::kIngressState, 90,
    "A reply to a connection that this port opened from an address that is no longer its own.",
    Drop::kInvalidIn};
inline constexpr Family kIngressRule{"ingress_rule", Table::kIngressRules, 200,
                                     "A rule for any remote or for a remote prefix."};
inline constexpr Family kIngressRemote{"ingress_remote_group", Table::kIngressRules, 100,
                                       "Rules with a remote group or address group: a conjunction of the "
                                       "rules that name it and the addresses in it, one flow each."};
inline constexpr Family kIngressCommit{"ingress_commit", Table::kIngressVerdict, 110,
                                       "Allowed and new: remember the connection and go on."};
inline constexpr Family kIngressAllowed{"ingress_allowed", Table::kIngressVerdict, 100, "Allowed."};
inline constexpr Family kIngressDenied{"ingress_denied", Table::kIngressVerdict, 50,
                                       "No rule of the receiver's groups allows it.", Drop::kNoRuleIn};

inline constexpr Family kDeliver{"deliver", Table::kOutput, 100, "To the port."};

inline constexpr Family kDetectionAnswer{
    "detection_answer", Table::kNeighbourAnswers, 200,
    "To duplicate address detection: tells all nodes who has the address (RFC 4861, 7.2.4)."};
inline constexpr Family kSolicitationAnswer{"solicitation_answer", Table::kNeighbourAnswers, 190,
                                            "To the solicitation's sender."};
inline constexpr Family kAdvertisement{
    "advertisement", Table::kNeighbourAnswers, 100,
    "With the MAC in the option, if the solicitation had one to take its place."};

inline constexpr Family kSampled{
    "sampled", Table::kDropped, 100,
    "Somebody follows drops: a copy to the agent, no more than the meter lets through."};

}  // namespace family

inline constexpr std::array kFamilies = {
    family::kLocalPort,
    family::kTunnelAnnouncement,
    family::kTunnel,
    family::kMulticastSource,
    family::kOpenOwnMac,
    family::kOpenAnnouncement,
    family::kUnprotected,
    family::kVlanTagged,
    family::kRogueDhcp,
    family::kRogueRa,
    family::kDhcpServed,
    family::kOwnIp,
    family::kOwnArp,
    family::kArpProbe,
    family::kDhcpClient,
    family::kLinkLocal,
    family::kUnspecified,
    family::kSpoofedArp,
    family::kSpoofedIp,
    family::kOtherOut,
    family::kSpoofedMac,
    family::kNdNoTarget,
    family::kNdDetection,
    family::kNdForeignDetection,
    family::kOwnSolicitation,
    family::kOwnAdvertisement,
    family::kOwnRouterSolicitation,
    family::kSpoofedNd,
    family::kNdHopLimit,
    family::kNetworkMtu,
    family::kTooBig,
    family::kTooManyMacs,
    family::kDhcpRequest,
    family::kDhcp6Request,
    family::kRouterSolicitation,
    family::kOwnAddress,
    family::kArpReply,
    family::kNeighbourReply,
    family::kEchoReply,
    family::kSourceOpen,
    family::kSourceEssential,
    family::kSourceStateless,
    family::kSourceTrack,
    family::kSourceClosed,
    family::kEgressCommitted,
    family::kEgressInvalid,
    family::kEgressOpened,
    family::kEgressReply,
    family::kEgressRule,
    family::kEgressRemote,
    family::kEgressCommit,
    family::kEgressAllowed,
    family::kEgressDenied,
    family::kAnnouncement,
    family::kTunnelEndpoint,
    family::kLocalMac,
    family::kRemoteMac,
    family::kDownMac,
    family::kDistributedMac,
    family::kAbsentMac,
    family::kUnknownMac,
    family::kPlacedHere,
    family::kPlacedThere,
    family::kFloodFromNode,
    family::kFloodFromTunnel,
    family::kFloodPorts,
    family::kBackToSender,
    family::kDestination,
    family::kDestinationOpen,
    family::kDestinationEssential,
    family::kDestinationStateless,
    family::kDestinationTrack,
    family::kDestinationClosed,
    family::kOtherIn,
    family::kIngressCommitted,
    family::kIngressInvalid,
    family::kIngressOpened,
    family::kIngressReply,
    family::kIngressReplyLost,
    family::kIngressRule,
    family::kIngressRemote,
    family::kIngressCommit,
    family::kIngressAllowed,
    family::kIngressDenied,
    family::kDeliver,
    family::kDetectionAnswer,
    family::kSolicitationAnswer,
    family::kAdvertisement,
    family::kSampled,
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

/// What a table does on a miss, as a family of priority 0.
constexpr Family miss_family(const TableInfo& table) {
  return {"miss", table.table, 0, table.doc, table.miss_drop};
}

/// The family of a flow; nothing for a flow that is none of ours.
constexpr std::optional<Family> family_of(std::uint8_t table, std::uint16_t priority) {
  if (table >= kTables.size()) return std::nullopt;
  if (priority == 0) return miss_family(kTables[table]);
  for (const Family& family : kFamilies) {
    if (number(family.table) == table && family.priority == priority) return family;
  }
  return std::nullopt;
}

}  // namespace weft::fabric
