#pragma once
// What the intent has for a port's DHCPv6 client. Nothing is kept: a lease is what the store says now.

#include <optional>
#include <string>
#include <vector>

#include "agent/dhcp_settings.h"
#include "model/intent.h"

namespace weft::agent {

struct Dhcp6Lease {
  MacAddress server_mac;  ///< of the distributed port that answers: its link-local address, and its DUID
  std::vector<IpAddress> addresses;     ///< the port's in stateful subnets
  std::vector<IpPrefix> on_link;        ///< the network's subnets
  std::uint32_t lease_seconds = 86400;  ///< kInfiniteLease: for ever
  std::vector<IpAddress> dns_servers, ntp_servers;
  std::string host_name;
  std::string domain_name;                            ///< without the final dot
  std::vector<model::ExtraDhcpOption> extra_options;  ///< of the port; they win over all of the above
};

/// From the oldest subnet with DHCPv6 among those that the port has addresses in, or else among all of its
/// network. Nothing for a port that is unknown, that nobody serves, or that has the extra DHCP option
/// `dhcp_disabled`.
std::optional<Dhcp6Lease> dhcp6_lease_of(const Uuid& port, const model::Intent& intent,
                                         const DhcpSettings& settings);

}  // namespace weft::agent
