#pragma once
// The leases that the intent has for a port. Nothing is kept: a lease is what the store says now.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/dhcp_extra_options.h"
#include "agent/dhcp_settings.h"
#include "base/uuid.h"
#include "model/intent.h"

namespace weft::agent {

/// What a port's DHCP client is to be told with one of the port's addresses.
struct DhcpLease {
  MacAddress mac;  ///< the port's; requests from another one are dropped
  IpAddress address;
  int prefix_length = 24;
  IpAddress server;  ///< the subnet's distributed port: server identifier, and the answer's source address
  MacAddress server_mac;
  int mtu = 1450;
  std::optional<IpAddress> gateway;
  /// Options 121 and 249: empty when the gateway is all there is; else it ends with the default route, since
  /// clients that take them ignore option 3 (RFC 3442).
  std::vector<model::HostRoute> routes;
  std::vector<IpAddress> dns_servers;
  std::vector<IpAddress> ntp_servers;
  std::uint32_t lease_seconds = 86400;
  std::string domain_name;  ///< without the final dot
  std::string host_name;
  DhcpExtraOptions extra_options;  ///< of the port; they win over all of the above
};

/// One lease for each of the port's addresses in a subnet with DHCP and a distributed port, in the order of
/// Intent::fixed_ips: a client that asks for none of them in particular gets the first. Empty for a port that
/// is unknown or has the extra DHCP option `dhcp_disabled`.
std::vector<DhcpLease> leases_of(const Uuid& port, const model::Intent& intent, const DhcpSettings& settings);

/// The port's other IPv4 addresses: those that `leases`, all of the port's, don't give.
std::vector<IpAddress> unserved_addresses(const Uuid& port, const std::vector<DhcpLease>& leases,
                                          const model::Intent& intent);

}  // namespace weft::agent
