#pragma once
// Which requests of ports the nodes answer, as a network's subnets and a port's options say. The others take
// their way through the network like any packet.

#include "model/intent.h"

namespace weft::fabric {

struct ServedRequests {
  bool dhcp4 = false;
  bool dhcp6 = false;
  bool routers = false;  ///< router solicitations
  bool operator==(const ServedRequests&) const = default;
};

/// Of a network: what any of its subnets has.
ServedRequests served_in(const model::Intent& intent, const Uuid& network);

/// Has the port's extra_dhcp_opts the option dhcp_disabled?
bool has_dhcp_disabled(const model::Port& port, IpVersion version);

/// Of these, those of one port.
ServedRequests served_to(const model::Port& port, ServedRequests in_network);

}  // namespace weft::fabric
