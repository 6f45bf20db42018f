#include "net/too_big.h"

#include <algorithm>

#include "net/headers.h"
#include "net/wire.h"

namespace weft::net {
namespace {

using wire::put;

constexpr std::size_t kEthernetHeader = 14, kIpv4Header = 20, kIpv6Header = 40, kIcmpHeader = 8;
constexpr std::uint8_t kUnreachable = 3, kFragmentationNeeded = 4, kPacketTooBig = 2;
constexpr std::uint8_t kTtl = 64;
// An error with what it quotes fits wherever IP does (RFC 1812, 4.3.2.3; RFC 4443, 2.4).
constexpr std::size_t kLongestIpv4 = 576, kLongestIpv6 = 1280;

bool is_icmp_error(const IpHeaders& ip) {
  if (ip.source.is_v4()) {
    constexpr std::array<std::uint8_t, 5> kErrors = {3, 4, 5, 11, 12};
    return ip.protocol == kProtocolIcmp && (!ip.icmp_type || std::ranges::count(kErrors, *ip.icmp_type) != 0);
  }
  return ip.protocol == kProtocolIcmpv6 && (!ip.icmp_type || *ip.icmp_type < 128 || *ip.icmp_type == 137);
}

bool is_answerable(const Headers& headers, const IpHeaders& ip) {
  constexpr std::uint8_t kGroup = 1;
  if ((headers.source.bytes[0] | headers.destination.bytes[0]) & kGroup) return false;
  const bool from_one = !ip.source.is_unspecified() && !ip.source.is_multicast() && !ip.source.is_loopback();
  return from_one && !ip.destination.is_multicast() && !ip.later_fragment && !is_icmp_error(ip);
}

TooBigSender choose_sender(const Headers& headers, std::span<const TooBigSender> senders) {
  const IpAddress& destination = headers.ip.front().destination;
  const auto found = std::ranges::find(senders, destination.version(),
                                       [](const TooBigSender& sender) { return sender.address.version(); });
  return found == senders.end() ? TooBigSender{headers.destination, destination} : *found;
}

/// The IP packet that is to be quoted, or as much of it as is there.
FrameView packet_in(FrameView frame, const IpHeaders& ip) {
  const FrameView packet = frame.subspan(kEthernetHeader);
  return packet.first(std::min(packet.size(), ip.length));
}

Frame ethernet_to(const Headers& headers, const TooBigSender& by) {
  Frame out;
  put(out, headers.source);
  put(out, by.mac);
  put(out, headers.ethertype, 2);
  return out;
}

Frame fragmentation_needed(const Headers& headers, FrameView quoted, int mtu, const TooBigSender& by) {
  quoted = quoted.first(std::min(quoted.size(), kLongestIpv4 - kIpv4Header - kIcmpHeader));
  Frame out = ethernet_to(headers, by);
  put(out, 0x4500, 2);
  put(out, static_cast<std::uint32_t>(kIpv4Header + kIcmpHeader + quoted.size()), 2);
  put(out, 0, 4);
  put(out, kTtl << 8 | kProtocolIcmp, 2);
  put(out, 0, 2);
  put(out, by.address);
  put(out, headers.ip.front().source);
  put(out, kUnreachable << 8 | kFragmentationNeeded, 2);
  put(out, 0, 4);  // checksum, unused
  put(out, static_cast<std::uint32_t>(mtu), 2);
  put(out, quoted);
  const FrameView ip = FrameView(out).subspan(kEthernetHeader);
  wire::store16(out, kEthernetHeader + 10, internet_checksum(ip.first(kIpv4Header)));
  wire::store16(out, kEthernetHeader + kIpv4Header + 2, internet_checksum(ip.subspan(kIpv4Header)));
  return out;
}

Frame packet_too_big(const Headers& headers, FrameView quoted, int mtu, const TooBigSender& by) {
  quoted = quoted.first(std::min(quoted.size(), kLongestIpv6 - kIpv6Header - kIcmpHeader));
  const std::size_t length = kIcmpHeader + quoted.size();
  Frame out = ethernet_to(headers, by);
  put(out, 0x60000000, 4);
  put(out, static_cast<std::uint32_t>(length), 2);
  put(out, kProtocolIcmpv6 << 8 | kTtl, 2);
  put(out, by.address);
  put(out, headers.ip.front().source);
  put(out, kPacketTooBig << 8, 2);
  put(out, 0, 2);
  put(out, static_cast<std::uint32_t>(mtu), 4);
  put(out, quoted);
  const FrameView ip = FrameView(out).subspan(kEthernetHeader);
  const auto checksum = internet_checksum(ip.subspan(kIpv6Header),
                                          wire::pseudo_header(ip.subspan(8, 32), kProtocolIcmpv6, length));
  wire::store16(out, kEthernetHeader + kIpv6Header + 2, checksum);
  return out;
}

}  // namespace

std::optional<Frame> too_big_answer(FrameView frame, int mtu, std::span<const TooBigSender> senders) {
  const auto headers = parse_headers(frame);
  if (!headers || !headers->vlans.empty() || headers->ip.empty()) return std::nullopt;
  const IpHeaders& ip = headers->ip.front();
  if (!is_answerable(*headers, ip)) return std::nullopt;
  const auto by = choose_sender(*headers, senders);
  const FrameView packet = packet_in(frame, ip);
  return ip.source.is_v4() ? fragmentation_needed(*headers, packet, mtu, by)
                           : packet_too_big(*headers, packet, mtu, by);
}

}  // namespace weft::net
