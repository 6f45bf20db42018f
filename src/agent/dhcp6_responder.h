#pragma once
// DHCPv6 answered by the node itself (RFC 8415): a request frame and what the port has, in; the answering
// frame, out.

#include "agent/dhcp6_lease.h"
#include "agent/packet_answer.h"

namespace weft::agent {

/// Answers from the distributed port's link-local address to the client's, with only those options that the
/// client asks for (option 6) and the protocol demands. The lease's addresses go to one association of the
/// client (IA_NA): the one that names them already, or else its first. The others, temporary addresses and
/// prefixes are refused with their status codes.
PacketAnswer answer_dhcp6(net::FrameView request_frame, const Dhcp6Lease& lease);

}  // namespace weft::agent
