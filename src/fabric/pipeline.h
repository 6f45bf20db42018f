#pragma once
// The pipeline as data: stages, tables and families of flows, each declared once. Table numbers follow from
// the order of declaration; code, tests and documents use names only. To add a table: put it in Table and
// kTables at its place.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "fabric/drops.h"

namespace weft::fabric {

/// The steps of a packet's way through a node, in order.
enum class Stage : std::uint8_t {
  kClassification,
  kPortSecurity,
  kPacketSize,
  kLocalServices,
  kEgressPolicy,
  kForwarding,
  kIngressPolicy,
  kOutput,
  kDrops,
};

enum class Table : std::uint8_t {
  kClassify,
  kPortSecurity,
  kNeighbourSecurity,
  kPacketSize,
  kOversized,
  kLocalServices,
  kEgressPolicy,
  kEgressState,
  kEgressRules,
  kEgressVerdict,
  kAnnouncements,
  kL2Lookup,
  kPlaces,
  kPlacement,
  kFlood,
  kArrival,
  kIngressPolicy,
  kIngressState,
  kIngressRules,
  kIngressVerdict,
  kOutput,
  kNeighbourAnswers,
  kDropped,
};

/// What happens to a packet that no flow of a table matches. Always an explicit flow of priority 0, so that
/// it is counted.
enum class Miss : std::uint8_t {
  kDrop,
  kNext,    ///< goes on to the following table
  kReturn,  ///< nothing: the table is called by resubmit, and the caller goes on
};

struct TableInfo {
  Table table;
  std::string_view name;
  Stage stage;
  Miss miss;
  std::string_view doc;
  Drop miss_drop = Drop::kNone;  ///< why a miss drops; kNone where none can happen
};

inline constexpr std::array kTables = {
    TableInfo{Table::kClassify, "classify", Stage::kClassification, Miss::kDrop,
              "Where does the packet come from? A local port gives its network, conntrack zone and policy; a "
              "tunnel gives "
              "the network by encapsulation and VNI. Frames from a tunnel were checked by the sending node "
              "and go straight "
              "to l2_lookup. Anything else, including ports that are administratively down, is dropped.",
              Drop::kUnknownPort},
    TableInfo{Table::kPortSecurity, "port_security", Stage::kPortSecurity, Miss::kDrop,
              "A local port may only speak with its own addresses: fixed IPs and allowed address pairs."},
    TableInfo{
        Table::kNeighbourSecurity, "neighbour_security", Stage::kPortSecurity, Miss::kNext,
        "Neighbour discovery (RFC 4861) from a local port may only tell of its own addresses and MACs."},
    TableInfo{Table::kPacketSize, "packet_size", Stage::kPacketSize, Miss::kNext,
              "Is a local port's IP packet larger than its network's MTU?"},
    TableInfo{Table::kOversized, "oversized", Stage::kPacketSize, Miss::kNext,
              "Packets that are too big end here. Open vSwitch counts each packet here, of whatever size: "
              "how many were too big is in the port's meter."},
    TableInfo{Table::kLocalServices, "local_services", Stage::kLocalServices, Miss::kNext,
              "What the node answers itself, for local ports only: DHCP, router solicitations, ARP, "
              "neighbour solicitations, and ping of distributed ports."},
    TableInfo{Table::kEgressPolicy, "egress_policy", Stage::kEgressPolicy, Miss::kDrop,
              "Policy of the sending port. Ports without port security skip it, with no connection tracking "
              "at all."},
    TableInfo{
        Table::kEgressState, "egress_state", Stage::kEgressPolicy, Miss::kDrop,
        "Asks the rules about the connection, in the direction in which it was opened: the sender's egress "
        "rules, or its ingress rules for a reply."},
    TableInfo{
        Table::kEgressRules, "egress_rules", Stage::kEgressPolicy, Miss::kReturn,
        "Egress rules of one group, called once for each group of a port with the group's key loaded, by "
        "both halves of policy."},
    TableInfo{Table::kEgressVerdict, "egress_verdict", Stage::kEgressPolicy, Miss::kDrop,
              "What a rule allows goes on, a new connection after a commit in the sender's zone; the rest is "
              "dropped."},
    TableInfo{Table::kAnnouncements, "announcements", Stage::kForwarding, Miss::kNext,
              "ARP and neighbour advertisements from other nodes: each network that has ports here learns "
              "where their MACs are."},
    TableInfo{Table::kL2Lookup, "l2_lookup", Stage::kForwarding, Miss::kDrop,
              "Network and destination MAC to a local port or a tunnel."},
    TableInfo{Table::kPlaces, "places", Stage::kForwarding, Miss::kReturn,
              "MACs that belong to no port, learned by the switch from ARP and neighbour advertisements: on "
              "which port or tunnel."},
    TableInfo{Table::kPlacement, "placement", Stage::kForwarding, Miss::kDrop,
              "To the learned place; what has none floods inside its network.", Drop::kUnknownNetwork},
    TableInfo{Table::kFlood, "flood", Stage::kForwarding, Miss::kDrop,
              "One copy for each local port of the network.", Drop::kUnknownNetwork},
    TableInfo{Table::kArrival, "arrival", Stage::kIngressPolicy, Miss::kDrop,
              "The destination port's conntrack zone and policy. A packet never goes back to its sender."},
    TableInfo{Table::kIngressPolicy, "ingress_policy", Stage::kIngressPolicy, Miss::kDrop,
              "Policy of the receiving port. Ports without port security skip it, with no connection "
              "tracking at all."},
    TableInfo{Table::kIngressState, "ingress_state", Stage::kIngressPolicy, Miss::kDrop,
              "Asks the rules about the connection, in the direction in which it was opened: the receiver's "
              "ingress rules, or its egress rules for a reply."},
    TableInfo{Table::kIngressRules, "ingress_rules", Stage::kIngressPolicy, Miss::kReturn,
              "Ingress rules of one group, called once for each group of a port with the group's key loaded, "
              "by both halves of policy."},
    TableInfo{
        Table::kIngressVerdict, "ingress_verdict", Stage::kIngressPolicy, Miss::kDrop,
        "What a rule allows goes on, a new connection after a commit in the receiver's zone; the rest is "
        "dropped."},
    TableInfo{Table::kOutput, "output", Stage::kOutput, Miss::kDrop,
              "Out of the port that the lookup chose."},
    TableInfo{Table::kNeighbourAnswers, "neighbour_answers", Stage::kOutput, Miss::kDrop,
              "Makes of a neighbour solicitation the advertisement that answers it. Open vSwitch sets the "
              "option of an advertisement only in what is one when it comes to a flow: hence twice through."},
    TableInfo{
        Table::kDropped, "dropped", Stage::kDrops, Miss::kDrop,
        "Where dropping flows send packets, with the reason in a register: dropped, and sampled for those "
        "who follow drops."},
};

/// Tables are listed in the order of the enumeration and their stages never go back.
consteval bool tables_in_order() {
  for (std::size_t i = 0; i < kTables.size(); ++i) {
    if (static_cast<std::size_t>(kTables[i].table) != i) return false;
    if (i > 0 && kTables[i].stage < kTables[i - 1].stage) return false;
  }
  return static_cast<std::size_t>(Table::kDropped) + 1 == kTables.size();
}
static_assert(tables_in_order());

constexpr std::uint8_t number(Table table) {
  return static_cast<std::uint8_t>(table);
}
constexpr const TableInfo& info(Table table) {
  return kTables[number(table)];
}

/// The name of a table number, for openflow::to_text; "table N" of another pipeline is "unknown".
inline std::string table_name(std::uint8_t table) {
  return std::string(table < kTables.size() ? kTables[table].name : "unknown");
}

}  // namespace weft::fabric
