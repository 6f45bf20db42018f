#pragma once
// What a local port asks the node's agent: DHCP in both versions, router solicitations.

#include "fabric/features/view.h"
#include "fabric/served_requests.h"

namespace weft::fabric {

/// Requests of a local port that are served go to the agent and nowhere else. A DHCPv4 client may ask from
/// any address, so that one whose port has lost it hears of that.
Flows requests(const model::Port& port, std::uint32_t ofport, const ServedRequests& served);

}  // namespace weft::fabric
