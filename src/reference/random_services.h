#pragma once
// The part of random worlds that nodes serve: subnets with and without DHCP, in every mode of IPv6, and what
// ports want of them.

#include "reference/dice.h"
#include "reference/node_world.h"

namespace weft::reference {

/// An MTU, an IPv4 subnet, and mostly an IPv6 one or two.
void add_subnets(NodeWorld& world, const Uuid& network, Dice& dice);
/// The subnet's address of this number.
IpAddress address_in(const model::Subnet& subnet, int host);
/// The subnet gets its distributed port, of the same id: always with the same MAC, and with the address that
/// has this number or is made of the MAC.
void serve(NodeWorld& world, const Uuid& subnet);
void stop_serving(NodeWorld& world, const Uuid& subnet);
inline constexpr int kServiceHost = 254;
/// What an API would give port number `host`: in IPv6 subnets one made of its MAC or perhaps one.
void add_addresses(NodeWorld& world, const Uuid& port, int host, Dice& dice);
/// Perhaps the port does without DHCP.
void add_options(NodeWorld& world, const Uuid& port, Dice& dice);

/// A change of an MTU, a subnet or a port's options.
Change random_change_of_services(const NodeWorld& world, Dice& dice);

}  // namespace weft::reference
