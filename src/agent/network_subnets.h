#pragma once
// A network's subnets in the order in which services speak of them: the same on every node.

#include <vector>

#include "agent/dhcp_settings.h"
#include "model/intent.h"

namespace weft::agent {

using Subnets = std::vector<model::Ref<model::Subnet>>;

/// The subnets of a network and an IP version, the oldest first; of equally old ones, by id.
Subnets subnets_by_age(const Uuid& network, IpVersion version, const model::Intent& intent);

/// The other subnets of its network and IP version, by cidr: its ports reach them on the link.
Subnets neighbours_of(const model::Subnet& subnet, const model::Intent& intent);

/// The IPv4 addresses of the subnet's DNS servers, each once; if it names none, those of its neighbours; else
/// those of the settings. A subnet that names "0.0.0.0" alone wants none.
std::vector<IpAddress> ipv4_dns_servers(const model::Subnet& subnet, const Subnets& neighbours,
                                        const DhcpSettings& settings);

/// The IPv6 addresses of the subnets' DNS servers, each once; where no subnet says anything, those of the
/// settings. A subnet that names "::" alone wants none.
std::vector<IpAddress> ipv6_dns_servers(const Subnets& subnets, const DhcpSettings& settings);

}  // namespace weft::agent
