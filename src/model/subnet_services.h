#pragma once
// What the nodes themselves serve in a subnet, as its attributes say: pure predicates, the one place that
// reads Neutron's mode pairs.

#include "model/network.h"

namespace weft::model {

/// Which part of DHCPv6 (RFC 8415) is served.
enum class Dhcp6Service : std::uint8_t {
  kNone,
  kStateless,  ///< options only
  kStateful,   ///< addresses and options
};

/// IPv4 with enable_dhcp.
bool serves_dhcp4(const Subnet& subnet);

/// By ipv6_address_mode. Neither mode set counts as stateful, as in Neutron; only ipv6_ra_mode set means that
/// somebody else gives addresses.
Dhcp6Service dhcp6_service(const Subnet& subnet);

/// Do nodes send router advertisements for it? What they say is in ipv6_ra_mode.
bool is_advertised(const Subnet& subnet);

/// Are its addresses made from MACs (EUI-64, RFC 4291 appendix A) and not chosen? Neutron's
/// is_auto_address_subnet.
bool has_auto_addresses(const Subnet& subnet);

/// The device_id of the distributed port of a subnet with DHCP: the port whose address and MAC every node
/// answers for.
std::string distributed_device_id(const Uuid& subnet);

/// The subnet that a port serves; nothing for any other port.
std::optional<Uuid> served_subnet(const Port& port);

}  // namespace weft::model
