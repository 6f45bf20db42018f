#pragma once
// Every register bit-field of the pipeline, named once, with the tables between which it lives. Two fields
// may share bits only when no table needs both: an overlap in bits x lifetime does not compile.

#include <array>
#include <span>

#include "fabric/pipeline.h"
#include "openflow/flow.h"

namespace weft::fabric {

struct RegisterField {
  std::string_view name;
  int reg;
  int low;
  int count;
  Table first;  ///< the table that writes it
  Table last;   ///< the last table that reads it
  std::string_view doc;

  constexpr openflow::Field field() const { return openflow::reg(reg); }
  constexpr openflow::SubField bits() const { return {field(), low, count}; }
};

/// Values of the policy fields.
enum class PortPolicy : std::uint8_t {
  kClosed,     ///< port security without a group: only what every port may do (ARP, ND, DHCP)
  kOpen,       ///< no port security: no policy, no connection tracking
  kStateful,   ///< group rules on tracked connections
  kStateless,  ///< group rules on each packet by itself
};

inline constexpr RegisterField kNetworkField{
    "network",
    0,
    0,
    28,
    Table::kClassify,
    Table::kDropped,
    "Key of the network: encapsulation (bits 24-27: 1 vxlan, 2 geneve) and VNI."};
inline constexpr RegisterField kFromTunnel{"from_tunnel",
                                           0,
                                           28,
                                           1,
                                           Table::kClassify,
                                           Table::kL2Lookup,
                                           "1: came from another node; never sent to a node again."};
inline constexpr RegisterField kSourcePolicy{
    "source_policy",
    0,
    29,
    2,
    Table::kClassify,
    Table::kEgressVerdict,
    "Policy of the sending port: 0 closed, 1 open, 2 stateful, 3 stateless."};
inline constexpr RegisterField kDestinationPolicy{
    "destination_policy",
    0,
    29,
    2,
    Table::kArrival,
    Table::kIngressVerdict,
    "Policy of the receiving port: 0 closed, 1 open, 2 stateful, 3 stateless."};
inline constexpr RegisterField kAllowed{"allowed",
                                        0,
                                        31,
                                        1,
                                        Table::kEgressPolicy,
                                        Table::kIngressVerdict,
                                        "1: a rule allows the packet. Cleared before each evaluation."};
inline constexpr RegisterField kOutPort{
    "out_port", 1, 0, 16, Table::kL2Lookup, Table::kDropped, "OpenFlow port of the destination."};
inline constexpr RegisterField kGroup{"group",
                                      2,
                                      0,
                                      32,
                                      Table::kEgressPolicy,
                                      Table::kIngressRules,
                                      "Key of the security group whose rules are asked."};
inline constexpr RegisterField kSourceZone{
    "source_zone", 3, 0, 16, Table::kClassify, Table::kEgressVerdict, "Conntrack zone of the sending port."};
inline constexpr RegisterField kDestinationZone{"destination_zone",
                                                3,
                                                0,
                                                16,
                                                Table::kArrival,
                                                Table::kIngressVerdict,
                                                "Conntrack zone of the receiving port."};

inline constexpr RegisterField kPlaced{"placed",
                                       4,
                                       0,
                                       2,
                                       Table::kPlaces,
                                       Table::kPlacement,
                                       "Where a MAC without a port was announced: 0 nowhere, 1 on the local "
                                       "port `out_port`, 2 behind the tunnel `out_port`."};
inline constexpr RegisterField kAnnouncing{
    "announcing",
    4,
    2,
    2,
    Table::kPortSecurity,
    Table::kLocalServices,
    "A local port announces a MAC that belongs to no port: 2 there is no room for it, 3 it has a place."};
inline constexpr RegisterField kTooBig{
    "too_big", 4, 4, 1, Table::kPacketSize, Table::kOversized, "1: larger than the network's MTU."};
inline constexpr RegisterField kDropReason{"drop_reason",
                                           5,
                                           0,
                                           8,
                                           Table::kClassify,
                                           Table::kDropped,
                                           "Why the packet is dropped (src/fabric/drops.h)."};

inline constexpr std::array kRegisters = {
    kNetworkField, kFromTunnel,      kSourcePolicy, kDestinationPolicy, kAllowed, kOutPort,   kGroup,
    kSourceZone,   kDestinationZone, kPlaced,       kAnnouncing,        kTooBig,  kDropReason};

/// Inside its register, and alive for at least one table.
constexpr bool is_sound(const RegisterField& f) {
  return f.reg >= 0 && f.reg <= 15 && f.low >= 0 && f.count >= 1 && f.low + f.count <= 32 &&
         f.first <= f.last;
}

constexpr bool overlap(const RegisterField& a, const RegisterField& b) {
  const bool bits = a.reg == b.reg && a.low < b.low + b.count && b.low < a.low + a.count;
  return bits && a.first <= b.last && b.first <= a.last;
}

constexpr bool are_sound(std::span<const RegisterField> fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!is_sound(fields[i])) return false;
    for (std::size_t j = 0; j < i; ++j) {
      if (overlap(fields[i], fields[j])) return false;
    }
  }
  return true;
}
static_assert(are_sound(kRegisters), "register fields overlap or leave their register");

}  // namespace weft::fabric
