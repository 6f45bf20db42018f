#pragma once
// What a frame's headers say, for people who look at packets: every layer that can be read, as far as it can
// be read. Nothing is verified, and a frame may be cut short.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "net/packet.h"

namespace weft::net {

inline constexpr std::uint8_t kProtocolIcmp = 1, kProtocolIpip = 4, kProtocolTcp = 6, kProtocolUdp = 17,
                              kProtocolIpv6 = 41, kProtocolIcmpv6 = 58, kProtocolSctp = 132;

/// A neighbour discovery message or router advertisement (RFC 4861).
struct NeighbourDiscovery {
  std::optional<IpAddress> target;         ///< of solicitations and advertisements of neighbours
  std::optional<MacAddress> link_address;  ///< the source's or the target's
  bool operator==(const NeighbourDiscovery&) const = default;
};

/// One IP header with what follows it directly.
struct IpHeaders {
  IpAddress source, destination;
  std::uint8_t protocol = 0;  ///< behind IPv6 extension headers
  std::uint8_t hop_limit = 0;
  std::size_t length = 0;  ///< bytes of the whole packet, as it says itself
  bool fragment = false;
  bool later_fragment = false;                                 ///< not the first: no ports, no ICMP type
  std::optional<std::uint16_t> source_port, destination_port;  ///< TCP, UDP, SCTP, DCCP, UDP-Lite
  std::optional<std::uint8_t> tcp_flags;
  std::optional<std::uint8_t> icmp_type, icmp_code;
  std::optional<NeighbourDiscovery> discovery;
  bool operator==(const IpHeaders&) const = default;
};

struct Headers {
  MacAddress source, destination;
  std::vector<std::uint16_t> vlans;  ///< VIDs, the outer first
  std::uint16_t ethertype = 0;       ///< behind the tags; below 0x600 a length (802.3)
  std::optional<ArpPacket> arp;
  std::vector<IpHeaders> ip;  ///< the outer first; more than one for IP in IP
  bool operator==(const Headers&) const = default;
};

/// The headers of an Ethernet frame, or of its first bytes; nothing when not even its addresses are there.
std::optional<Headers> parse_headers(FrameView frame);

/// In one line, in the manner of tcpdump: "fa:16:3e:00:00:01 > fa:16:3e:00:00:02, IPv4 10.0.0.1.1234 >
/// 10.0.0.2.80: TCP [S], length 60".
std::string to_text(const Headers& headers);

}  // namespace weft::net
