#pragma once
// DHCP answered by the node itself: a request frame and what the port should have, in; the answering frame,
// out.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/network.h"
#include "net/packet.h"

namespace weft::agent {

/// What a port's DHCP client is to be told.
struct DhcpLease {
  MacAddress mac;  ///< the port's; requests from another one are dropped
  IpAddress address;
  int prefix_length = 24;
  IpAddress server;  ///< the server identifier, and the answer's source address
  MacAddress server_mac;
  int mtu = 1450;
  std::optional<IpAddress> gateway;
  std::vector<IpAddress> dns_servers;
  std::vector<model::HostRoute> host_routes;
  std::uint32_t lease_seconds = 86400;
  std::string domain_name;
  std::string host_name;
};

/// Why a request gets no answer.
enum class DropReason {
  kNone,
  kMalformed,    ///< not a DHCP request
  kForeignMac,   ///< chaddr is not the port's MAC
  kRelayed,      ///< came from a relay: ports are on the network themselves
  kOtherServer,  ///< the client has chosen another server
  kNoAnswerDue,  ///< RELEASE and DECLINE are not answered
};
std::string_view to_string(DropReason reason);

/// The frame to send to the client, or nothing and why. OFFER, ACK and NAK as RFC 2131, 4.3 says, with only
/// those options that the client's parameter request list names; without a list: mask, routers, MTU and DNS
/// servers.
std::optional<net::Frame> dhcp_reply(net::FrameView request_frame, const DhcpLease& lease,
                                     DropReason* why = nullptr);

}  // namespace weft::agent
