#pragma once
// A port's extra_dhcp_opts of version 6, read as dnsmasq reads the lines that Neutron writes from them.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/network.h"

namespace weft::agent {

/// Options as bytes, by code (RFC 8415, 21.1).
using Dhcp6Options = std::map<std::uint16_t, std::vector<std::uint8_t>>;

/// Puts what the port's options of version 6 say over `options`: an option by dnsmasq's name ("dns-server",
/// "bootfile-url") or number, perhaps for clients with some tags only ("tag:ipxe6,59", "tag:!ipxe6,59"),
/// which win over those for everybody. An empty value takes the option away. What can't be sent is left
/// alone: unknown names, values that don't fit, options that are the protocol's own. `ipxe`: the client is
/// iPXE, which is the only thing that gives tags ("ipxe", "ipxe6").
void apply_extra_options(const std::vector<model::ExtraDhcpOption>& extra, bool ipxe, Dhcp6Options& options);

}  // namespace weft::agent
