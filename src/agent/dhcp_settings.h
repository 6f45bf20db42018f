#pragma once
// What the agent's settings say about DHCP, where the intent says nothing.

#include <cstdint>
#include <string>
#include <vector>

#include "net/ip.h"

namespace weft::agent {

/// A lease without end (RFC 2132, 9.2), Neutron's dhcp_lease_duration of -1.
inline constexpr std::uint32_t kInfiniteLease = 0xffffffff;

struct DhcpSettings {
  std::uint32_t lease_seconds = 86400;        ///< kInfiniteLease: for ever
  std::string dns_domain = "openstacklocal";  ///< of ports and networks that name none; empty: none
  std::vector<IpAddress> dns_servers;         ///< of networks whose subnets name none, both versions
  std::vector<IpAddress> ntp_servers;         ///< both versions
};

}  // namespace weft::agent
