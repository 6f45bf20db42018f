#pragma once
// Neighbour discovery (RFC 4861) of a local port: targets and link-layer options must be its own.

#include "fabric/features/view.h"

namespace weft::fabric {

// ICMPv6 types (RFC 4861, RFC 2710, RFC 3810).
inline constexpr int kListenerQuery = 130, kListenerReport = 131, kListenerDone = 132,
                     kRouterSolicitation = 133, kRouterAdvertisement = 134, kNeighbourSolicitation = 135,
                     kNeighbourAdvertisement = 136, kRedirect = 137, kListenerReportV2 = 143;

/// A well-formed message: the switch reads target and options of code 0 only.
openflow::Match nd_message(openflow::Match match, int type);
/// As all discovery must be: from this link, so that no router passed it on (RFC 4861), and in one piece (RFC
/// 6980).
openflow::Match on_link(openflow::Match match);

/// The same on every node.
Flows neighbour_security_pipeline();

/// For a port with port security.
Flows neighbour_security(const PortView& port);

}  // namespace weft::fabric
