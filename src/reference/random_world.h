#pragma once
// Random worlds for the proof: small, so that collisions of everything with everything are likely.

#include "reference/dice.h"
#include "reference/node_world.h"

namespace weft::reference {

/// Two networks with the same addresses, ports here and on two other nodes, groups with rules of every kind,
/// allowed address pairs, ports without port security, without groups, down, not plugged, and tunnels
/// missing, IPv6 subnets of every mode, services on and off, ports that do without them, and MTUs.
std::unique_ptr<NodeWorld> make_random_world(std::mt19937& random);

/// A change of policy, membership, addresses or ports.
Change random_change(const NodeWorld& world, Dice& dice);

/// Addresses and MACs of these worlds. No port has the MACs; pairs of ports may.
IpAddress host_address(int host, bool v4);
inline constexpr MacAddress kSharedMac = MacAddress::from_u64(0x00005e000101);
inline constexpr MacAddress kNestedMac = MacAddress::from_u64(0x020000000001);

/// Ports at the edges of rules.
inline constexpr int kPortEdges[] = {0, 21, 22, 23, 79, 80, 81, 443, 8000, 8001, 65534, 65535};
inline constexpr int kProtocols[] = {1, 1, 1, 6, 6, 6, 17, 17, 132, 132, 4, 47, 112, 136, 255};

}  // namespace weft::reference
