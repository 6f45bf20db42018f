#include "net/headers.h"

#include <array>

#include "net/wire.h"

namespace weft::net {
namespace {

constexpr std::uint16_t kEtherIpv4 = 0x0800, kEtherArp = 0x0806, kEtherIpv6 = 0x86dd;
constexpr std::size_t kMacs = 12;
constexpr std::size_t kMaxTags = 4, kMaxLayers = 4, kMaxExtensions = 8;

/// Bytes from the front; what is not there is not read.
class Reader {
 public:
  explicit Reader(FrameView bytes) : bytes_(bytes) {}

  bool has(std::size_t end) const { return bytes_.size() >= end; }
  std::uint8_t u8(std::size_t at) const { return bytes_[at]; }
  std::uint16_t u16(std::size_t at) const { return wire::u16(bytes_, at); }
  std::uint32_t u32(std::size_t at) const { return wire::u32(bytes_, at); }
  MacAddress mac(std::size_t at) const { return wire::mac(bytes_, at); }
  IpAddress ipv4(std::size_t at) const { return wire::ipv4(bytes_, at); }
  IpAddress ipv6(std::size_t at) const { return wire::ipv6(bytes_, at); }
  FrameView from(std::size_t at) const { return has(at) ? bytes_.subspan(at) : FrameView(); }

 private:
  FrameView bytes_;
};

bool is_tag(std::uint16_t ethertype) {
  return ethertype == 0x8100 || ethertype == 0x88a8;
}

std::optional<ArpPacket> read_arp(FrameView bytes) {
  const Reader arp(bytes);
  if (!arp.has(28) || arp.u16(0) != 1 || arp.u16(2) != kEtherIpv4 || arp.u8(4) != 6 || arp.u8(5) != 4)
    return std::nullopt;
  return ArpPacket{.operation = arp.u16(6),
                   .sender_mac = arp.mac(8),
                   .sender = arp.ipv4(14),
                   .target_mac = arp.mac(18),
                   .target = arp.ipv4(24)};
}

/// The first option of neighbour discovery that holds a link-layer address.
std::optional<MacAddress> link_address(FrameView options) {
  while (options.size() >= 8) {
    const Reader option(options);
    const std::size_t length = option.u8(1) * std::size_t{8};
    if (length == 0) break;
    if (option.u8(0) == 1 || option.u8(0) == 2) return option.mac(2);
    options = option.from(length);
  }
  return std::nullopt;
}

std::optional<NeighbourDiscovery> read_discovery(std::uint8_t type, const Reader& message) {
  const bool about_target = type == 135 || type == 136;
  if (!about_target && type != 133 && type != 134) return std::nullopt;
  const std::size_t options = type == 133 ? 8 : type == 134 ? 16 : 24;
  if (!message.has(options)) return std::nullopt;
  NeighbourDiscovery discovery;
  if (about_target) discovery.target = message.ipv6(8);
  discovery.link_address = link_address(message.from(options));
  return discovery;
}

void read_transport(FrameView bytes, IpHeaders& ip) {
  const Reader header(bytes);
  const bool ported = ip.protocol == kProtocolTcp || ip.protocol == kProtocolUdp ||
                      ip.protocol == kProtocolSctp || ip.protocol == 33 || ip.protocol == 136;
  if (ported && header.has(4)) {
    ip.source_port = header.u16(0);
    ip.destination_port = header.u16(2);
  }
  if (ip.protocol == kProtocolTcp && header.has(14)) ip.tcp_flags = header.u8(13);
  if ((ip.protocol != kProtocolIcmp && ip.protocol != kProtocolIcmpv6) || !header.has(2)) return;
  ip.icmp_type = header.u8(0);
  ip.icmp_code = header.u8(1);
  if (ip.protocol == kProtocolIcmpv6) ip.discovery = read_discovery(*ip.icmp_type, header);
}

/// Reads an IPv4 header into `ip`; what follows it, as far as it is there.
std::optional<FrameView> read_ipv4(FrameView bytes, IpHeaders& ip) {
  const Reader header(bytes);
  if (!header.has(20) || header.u8(0) >> 4 != 4) return std::nullopt;
  const std::size_t size = static_cast<std::size_t>(header.u8(0) & 0x0f) * 4, total = header.u16(2);
  if (size < 20) return std::nullopt;
  ip.source = header.ipv4(12);
  ip.destination = header.ipv4(16);
  ip.protocol = header.u8(9);
  ip.hop_limit = header.u8(8);
  ip.length = total;
  ip.fragment = (header.u16(6) & 0x3fff) != 0;
  ip.later_fragment = (header.u16(6) & 0x1fff) != 0;
  return Reader(bytes.first(std::min(bytes.size(), std::max(total, size)))).from(size);
}

bool is_extension(std::uint8_t protocol) {
  return protocol == 0 || protocol == 43 || protocol == 44 || protocol == 51 || protocol == 60;
}

/// Goes past an extension header (RFC 8200, 4); where the next one starts.
std::optional<FrameView> read_extension(FrameView bytes, IpHeaders& ip) {
  const Reader header(bytes);
  if (!header.has(8)) return std::nullopt;
  std::size_t size = (header.u8(1) + std::size_t{1}) * 8;
  if (ip.protocol == 44) {
    size = 8;
    ip.fragment = true;
    ip.later_fragment = (header.u16(2) & 0xfff8) != 0;
  } else if (ip.protocol == 51) {
    size = (header.u8(1) + std::size_t{2}) * 4;
  }
  ip.protocol = header.u8(0);
  return header.from(size);
}

std::optional<FrameView> read_ipv6(FrameView bytes, IpHeaders& ip) {
  const Reader header(bytes);
  if (!header.has(40) || header.u8(0) >> 4 != 6) return std::nullopt;
  ip.source = header.ipv6(8);
  ip.destination = header.ipv6(24);
  ip.protocol = header.u8(6);
  ip.hop_limit = header.u8(7);
  ip.length = std::size_t{40} + header.u16(4);
  std::optional<FrameView> rest = bytes.first(std::min(bytes.size(), ip.length)).subspan(40);
  for (std::size_t i = 0; i < kMaxExtensions && rest && is_extension(ip.protocol) && !ip.later_fragment; ++i)
    rest = read_extension(*rest, ip);
  return rest ? rest : FrameView();
}

void read_ip(FrameView bytes, bool is_v4, Headers& headers) {
  while (headers.ip.size() < kMaxLayers) {
    IpHeaders ip;
    auto rest = is_v4 ? read_ipv4(bytes, ip) : read_ipv6(bytes, ip);
    if (!rest) return;
    if (!ip.later_fragment) read_transport(*rest, ip);
    const bool tunnel = ip.protocol == kProtocolIpip || ip.protocol == kProtocolIpv6;
    is_v4 = ip.protocol == kProtocolIpip;
    const bool whole = !ip.later_fragment;
    headers.ip.push_back(std::move(ip));
    if (!tunnel || !whole) return;
    bytes = *rest;
  }
}

}  // namespace

std::optional<Headers> parse_headers(FrameView frame) {
  const Reader ethernet(frame);
  if (!ethernet.has(kMacs + 2)) return std::nullopt;
  Headers headers{.source = ethernet.mac(6), .destination = ethernet.mac(0)};
  std::size_t at = kMacs;
  while (is_tag(ethernet.u16(at)) && ethernet.has(at + 6) && headers.vlans.size() < kMaxTags) {
    headers.vlans.push_back(ethernet.u16(at + 2) & 0x0fff);
    at += 4;
  }
  headers.ethertype = ethernet.u16(at);
  const auto body = ethernet.from(at + 2);
  if (headers.ethertype == kEtherArp) headers.arp = read_arp(body);
  const bool is_v4 = headers.ethertype == kEtherIpv4;
  if (is_v4 || headers.ethertype == kEtherIpv6) read_ip(body, is_v4, headers);
  return headers;
}

}  // namespace weft::net
