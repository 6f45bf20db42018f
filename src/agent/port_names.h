#pragma once
// What a port is called: in DHCP of both versions and in router advertisements.

#include <string>

#include "agent/dhcp_settings.h"
#include "model/network.h"

namespace weft::agent {

/// The network's domain, or else that of the settings; without the final dot, perhaps empty.
std::string domain_of(const model::Network& network, const DhcpSettings& settings);
/// The port's own domain, or else the network's.
std::string domain_of(const model::Port& port, const model::Network& network, const DhcpSettings& settings);

/// The port's dns_name, or else Neutron's name of ports that have none: "host-10-0-0-5".
std::string host_name_of(const model::Port& port, const IpAddress& address);

}  // namespace weft::agent
