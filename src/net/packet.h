#pragma once
// Frames that a node answers itself: Ethernet with UDP or ARP, parsed and built with checksums.

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "net/ip.h"
#include "net/mac.h"

namespace weft::net {

using Frame = std::vector<std::uint8_t>;
using FrameView = std::span<const std::uint8_t>;

struct UdpEndpoint {
  MacAddress mac;
  IpAddress address;
  std::uint16_t port = 0;
  bool operator==(const UdpEndpoint&) const = default;
};

/// An unfragmented UDP packet over IPv4 or IPv6; the payload points into the frame.
struct UdpPacket {
  UdpEndpoint source;
  UdpEndpoint destination;
  FrameView payload;
};

/// Errors: kProtocol for anything else than one whole, untagged UDP packet over IPv4, or over IPv6 without
/// extension headers. The UDP checksum is not looked at: a guest leaves it to a network card that does not
/// exist.
Result<UdpPacket> parse_udp(FrameView frame);
/// In the IP version of the source's address, which the destination's shares.
Frame build_udp(const UdpEndpoint& source, const UdpEndpoint& destination, FrameView payload);

struct ArpPacket {
  std::uint16_t operation = 1;  ///< 1 request, 2 reply
  MacAddress sender_mac;
  IpAddress sender;
  MacAddress target_mac;
  IpAddress target;
  bool operator==(const ArpPacket&) const = default;
};

Result<ArpPacket> parse_arp(FrameView frame);
/// From the sender's MAC to `destination`.
Frame build_arp(const ArpPacket& arp, const MacAddress& destination);

/// The Internet checksum (RFC 1071) of `data`, starting from a partial sum.
std::uint16_t internet_checksum(FrameView data, std::uint32_t sum = 0);

}  // namespace weft::net
