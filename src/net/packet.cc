#include "net/packet.h"

#include <cstddef>

#include "net/wire.h"

namespace weft::net {
namespace {

using wire::put, wire::store16, wire::u16;

constexpr std::uint16_t kEtherIpv4 = 0x0800;
constexpr std::uint16_t kEtherArp = 0x0806;
constexpr std::uint16_t kEtherIpv6 = 0x86dd;
constexpr std::size_t kEthernetHeader = 14;
constexpr std::size_t kIpv4Header = 20;
constexpr std::size_t kIpv6Header = 40;
constexpr std::size_t kUdpHeader = 8;
constexpr std::size_t kArpBody = 28;
constexpr std::uint8_t kProtocolUdp = 17;

void put_ethernet(Frame& out, const MacAddress& destination, const MacAddress& source, std::uint16_t type) {
  put(out, destination);
  put(out, source);
  put(out, type, 2);
}

void put_ipv4_header(Frame& out, const IpAddress& source, const IpAddress& destination, std::size_t payload) {
  std::size_t start = out.size();
  put(out, 0x4500, 2);
  put(out, static_cast<std::uint16_t>(kIpv4Header + payload), 2);
  put(out, 0, 4);  // no identification, not a fragment
  put(out, 64 << 8 | kProtocolUdp, 2);
  put(out, 0, 2);
  put(out, source);
  put(out, destination);
  store16(out, start + 10, internet_checksum(FrameView(out).subspan(start)));
}

void put_ipv6_header(Frame& out, const IpAddress& source, const IpAddress& destination, std::size_t payload) {
  put(out, 0x60000000, 4);
  put(out, static_cast<std::uint32_t>(payload), 2);
  put(out, kProtocolUdp << 8 | 64, 2);
  put(out, source);
  put(out, destination);
}

/// What an IP packet carries, with its ends.
struct IpBody {
  IpAddress source, destination;
  FrameView udp;
};

Result<IpBody> parse_ipv4(FrameView ip) {
  if (ip.size() < kIpv4Header) return fail(Errc::kProtocol, "not an IPv4 packet");
  std::size_t header = static_cast<std::size_t>(ip[0] & 0x0f) * 4, total = u16(ip, 2);
  if (ip[0] >> 4 != 4 || header < kIpv4Header || total < header || total > ip.size())
    return fail(Errc::kProtocol, "malformed IPv4 header");
  if (internet_checksum(ip.first(header)) != 0) return fail(Errc::kProtocol, "wrong IPv4 checksum");
  if (u16(ip, 6) & 0x3fff) return fail(Errc::kProtocol, "IPv4 fragment");
  if (ip[9] != kProtocolUdp) return fail(Errc::kProtocol, "not UDP");
  return IpBody{wire::ipv4(ip, 12), wire::ipv4(ip, 16), ip.subspan(header, total - header)};
}

Result<IpBody> parse_ipv6(FrameView ip) {
  if (ip.size() < kIpv6Header) return fail(Errc::kProtocol, "not an IPv6 packet");
  std::size_t payload = u16(ip, 4);
  if (ip[0] >> 4 != 6 || payload > ip.size() - kIpv6Header)
    return fail(Errc::kProtocol, "malformed IPv6 header");
  if (ip[6] != kProtocolUdp) return fail(Errc::kProtocol, "not UDP");
  return IpBody{wire::ipv6(ip, 8), wire::ipv6(ip, 24), ip.subspan(kIpv6Header, payload)};
}

}  // namespace

std::uint16_t internet_checksum(FrameView data, std::uint32_t sum) {
  for (std::size_t i = 0; i + 1 < data.size(); i += 2) sum += u16(data, i);
  if (data.size() % 2) sum += static_cast<std::uint32_t>(data.back()) << 8;
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

Result<UdpPacket> parse_udp(FrameView frame) {
  if (frame.size() < kEthernetHeader) return fail(Errc::kProtocol, "not an Ethernet frame");
  const FrameView ip = frame.subspan(kEthernetHeader);
  const std::uint16_t ethertype = u16(frame, 12);
  if (ethertype != kEtherIpv4 && ethertype != kEtherIpv6) return fail(Errc::kProtocol, "not an IP packet");
  WEFT_TRY(const IpBody body, ethertype == kEtherIpv4 ? parse_ipv4(ip) : parse_ipv6(ip));
  const FrameView udp = body.udp;
  std::size_t length = udp.size() < kUdpHeader ? 0 : u16(udp, 4);
  if (length < kUdpHeader || length > udp.size()) return fail(Errc::kProtocol, "malformed UDP header");
  return UdpPacket{.source = {wire::mac(frame, 6), body.source, u16(udp, 0)},
                   .destination = {wire::mac(frame, 0), body.destination, u16(udp, 2)},
                   .payload = udp.subspan(kUdpHeader, length - kUdpHeader)};
}

Frame build_udp(const UdpEndpoint& source, const UdpEndpoint& destination, FrameView payload) {
  const bool v4 = source.address.is_v4();
  auto length = static_cast<std::uint16_t>(kUdpHeader + payload.size());
  Frame out;
  out.reserve(kEthernetHeader + kIpv6Header + length);
  put_ethernet(out, destination.mac, source.mac, v4 ? kEtherIpv4 : kEtherIpv6);
  if (v4)
    put_ipv4_header(out, source.address, destination.address, length);
  else
    put_ipv6_header(out, source.address, destination.address, length);
  std::size_t udp = out.size();
  put(out, source.port, 2);
  put(out, destination.port, 2);
  put(out, length, 2);
  put(out, 0, 2);
  put(out, payload);
  const std::size_t addresses = v4 ? 8 : 32;  // just before
  const auto sum =
      wire::pseudo_header(FrameView(out).subspan(udp - addresses, addresses), kProtocolUdp, length);
  std::uint16_t checksum = internet_checksum(FrameView(out).subspan(udp), sum);
  store16(out, udp + 6, checksum == 0 ? 0xffff : checksum);  // zero would mean "none"
  return out;
}

Result<ArpPacket> parse_arp(FrameView frame) {
  if (frame.size() < kEthernetHeader + kArpBody || u16(frame, 12) != kEtherArp) {
    return fail(Errc::kProtocol, "not an ARP packet");
  }
  FrameView arp = frame.subspan(kEthernetHeader);
  if (u16(arp, 0) != 1 || u16(arp, 2) != kEtherIpv4 || arp[4] != 6 || arp[5] != 4) {
    return fail(Errc::kProtocol, "ARP for other than IPv4 on Ethernet");
  }
  return ArpPacket{.operation = u16(arp, 6),
                   .sender_mac = wire::mac(arp, 8),
                   .sender = wire::ipv4(arp, 14),
                   .target_mac = wire::mac(arp, 18),
                   .target = wire::ipv4(arp, 24)};
}

Frame build_arp(const ArpPacket& arp, const MacAddress& destination) {
  Frame out;
  put_ethernet(out, destination, arp.sender_mac, kEtherArp);
  put(out, 1, 2);
  put(out, kEtherIpv4, 2);
  put(out, 6 << 8 | 4, 2);
  put(out, arp.operation, 2);
  put(out, arp.sender_mac);
  put(out, arp.sender);
  put(out, arp.target_mac);
  put(out, arp.target);
  return out;
}

}  // namespace weft::net
