#pragma once
// DHCPv4 answered by the node itself (RFC 2131): a request frame and what the port may have, in; the
// answering frame, out.

#include <span>
#include <string_view>

#include "agent/dhcp_lease.h"
#include "fabric/drops.h"
#include "net/packet.h"

namespace weft::agent {

/// What became of a request.
enum class DhcpOutcome {
  kOffered,
  kAcknowledged,
  kRefused,      ///< NAK: the client must not use that address
  kInformed,     ///< ACK without a lease
  kReleased,     ///< RELEASE is not answered
  kDeclined,     ///< DECLINE is not answered: somebody else uses the address
  kOtherServer,  ///< the client has chosen another server
  kNoLease,      ///< the port, or that address of it, is in no subnet with DHCP
  kMalformed,    ///< not a DHCP request
  kForeignMac,   ///< chaddr is not the port's MAC
  kRelayed,      ///< came from a relay: ports are on the network themselves
};
std::string_view to_string(DhcpOutcome outcome);

/// As what an outcome counts among the drops; kNone for requests that were all right.
fabric::Drop drop_of(DhcpOutcome outcome);

struct DhcpAnswer {
  DhcpOutcome outcome = DhcpOutcome::kMalformed;
  net::Frame frame;   ///< to send to the client; empty: nothing is sent
  IpAddress address;  ///< the one leased, or the one that the client named in REQUEST, RELEASE or DECLINE
};

/// Answers as RFC 2131, 4.3 says, with only those options that the client's parameter request list names, in
/// its order; without a list: mask, routers, DNS servers, MTU and all extra options. `leases` are all those
/// of the port (leases_of). A client that has one of the `unserved` addresses of its port
/// (unserved_addresses) is told nothing: what other subnets say is not true of that one.
DhcpAnswer answer_dhcp(net::FrameView request_frame, std::span<const DhcpLease> leases,
                       std::span<const IpAddress> unserved = {});

}  // namespace weft::agent
