#include "reference/frame.h"

#include <algorithm>

#include "openflow/wire.h"

namespace weft::reference {
namespace {

using openflow::Bits;
using openflow::Bytes;
using openflow::ByteView;
using openflow::Writer;

constexpr std::size_t kPayload = 16;
/// Of a packet's first fragment: with IPv4's header just above the 400 bytes that are the least for a
/// tracker.
constexpr std::size_t kFirstFragment = 384;
constexpr std::uint8_t kFragmentHeader = 44;
constexpr std::uint8_t kNonceOption = 14;  // RFC 3971; nobody looks at it

int address_size(const IpAddress& ip) {
  return ip.is_v4() ? 4 : 16;
}

void put_sum(Bytes& bytes, std::size_t at, std::uint16_t sum) {
  bytes[at] = static_cast<std::uint8_t>(sum >> 8);
  bytes[at + 1] = static_cast<std::uint8_t>(sum);
}

/// Over a payload and the addresses.
std::uint16_t sum_with_addresses(const Packet::Ip& ip, const Bytes& payload) {
  Bytes bytes;
  Writer w(bytes);
  w.bits(ip.source, address_size(ip.source));
  w.bits(ip.destination, address_size(ip.destination));
  w.u32(static_cast<std::uint32_t>(payload.size()));
  w.u32(static_cast<std::uint32_t>(ip.protocol));
  w.bytes(payload);
  return net::internet_checksum(bytes);
}

/// Writes the headers of one packet, innermost first.
class FrameMaker {
 public:
  FrameMaker(const Packet& packet, std::uint16_t mark) : packet_(packet), mark_(mark) {}

  net::Frame make() {
    const auto least = write().size() - header_size();
    const auto asked = static_cast<std::size_t>(packet_.length);
    if (asked > least) more_ = asked - least;
    return write();
  }

 private:
  std::size_t header_size() const { return packet_.tagged ? 18 : 14; }

  net::Frame write() const {
    net::Frame frame;
    Writer w(frame);
    w.bits(packet_.eth_dst, 6);
    w.bits(packet_.eth_src, 6);
    if (packet_.tagged) w.u32(0x81000005);
    if (packet_.arp) {
      w.u16(0x0806);
      w.bytes(arp(*packet_.arp));
    } else if (packet_.ip) {
      w.u16(is_v4(*packet_.ip) ? 0x0800 : 0x86dd);
      w.bytes(packet_.ip->fragment == Fragment::kWhole ? whole(*packet_.ip, payload(*packet_.ip))
                                                       : fragment(*packet_.ip));
    } else {
      w.u16(0x88b5);  // IEEE 802 local experimental
      fill(w, kPayload + more_);
    }
    return frame;
  }

  /// Bytes beyond the least that a payload has.
  std::size_t beyond(const Packet::Ip& ip) const {
    return ip.fragment == Fragment::kWhole ? more_ : kFirstFragment;
  }

  void fill(Writer& w, std::size_t size) const {
    for (; size > 1; size -= 2) w.u16(mark_);
    w.zeros(size);
  }

  Bytes arp(const Packet::Arp& arp) const {
    Bytes bytes;
    Writer w(bytes);
    w.u64(0x0001080006040000 | static_cast<std::uint64_t>(arp.operation));
    w.bits(arp.sender_mac, 6);
    w.bits(arp.sender_ip, 4);
    w.bits(arp.target_mac, 6);
    w.bits(arp.target_ip, 4);
    fill(w, kPayload + more_);
    return bytes;
  }

  Bytes whole(const Packet::Ip& ip, const Bytes& payload) const {
    return is_v4(ip) ? v4(ip, payload, 0) : v6(ip, static_cast<std::uint8_t>(ip.protocol), payload);
  }

  Bytes fragment(const Packet::Ip& ip) const {
    const bool first = ip.fragment == Fragment::kFirst;
    const Bytes all = payload(ip);
    const auto middle = all.begin() + static_cast<std::ptrdiff_t>(kFirstFragment);
    const Bytes part = first ? Bytes(all.begin(), middle) : Bytes(middle, all.end());
    const auto offset = static_cast<std::uint16_t>(first ? 0 : kFirstFragment / 8);
    if (is_v4(ip)) return v4(ip, part, static_cast<std::uint16_t>(offset | (first ? 0x2000 : 0)));
    Bytes bytes;
    Writer w(bytes);
    w.u16(static_cast<std::uint16_t>(ip.protocol << 8));
    w.u16(static_cast<std::uint16_t>(offset << 3 | first));
    w.u32(mark_);
    w.bytes(part);
    return v6(ip, kFragmentHeader, bytes);
  }

  Bytes v4(const Packet::Ip& ip, const Bytes& payload, std::uint16_t fragment) const {
    Bytes bytes;
    Writer w(bytes);
    w.u16(0x4500);
    w.u16(static_cast<std::uint16_t>(20 + payload.size()));
    w.u16(mark_);
    w.u16(fragment);
    w.u8(static_cast<std::uint8_t>(ip.hop_limit));
    w.u8(static_cast<std::uint8_t>(ip.protocol));
    w.u16(0);
    w.bits(ip.source, 4);
    w.bits(ip.destination, 4);
    put_sum(bytes, 10, net::internet_checksum(bytes));
    w.bytes(payload);
    return bytes;
  }

  Bytes v6(const Packet::Ip& ip, std::uint8_t next_header, const Bytes& payload) const {
    Bytes bytes;
    Writer w(bytes);
    w.u32(0x60000000U | mark_);
    w.u16(static_cast<std::uint16_t>(payload.size()));
    w.u8(next_header);
    w.u8(static_cast<std::uint8_t>(ip.hop_limit));
    w.bits(ip.source, 16);
    w.bits(ip.destination, 16);
    w.bytes(payload);
    return bytes;
  }

  Bytes payload(const Packet::Ip& ip) const {
    if (is_icmp(ip)) return icmp(ip);
    if (ip.protocol == kTcp) return tcp(ip);
    if (ip.protocol == kUdp) return udp(ip);
    if (!is_v4(ip) && ip.protocol == 0) return Bytes(2);  // half a hop-by-hop header
    Bytes bytes;
    Writer w(bytes);
    if (ip.protocol == kSctp) write_ports(w, ip);
    fill_to_end(w, ip);
    return bytes;
  }

  void fill_to_end(Writer& w, const Packet::Ip& ip) const { fill(w, kPayload + beyond(ip)); }

  static void write_ports(Writer& w, const Packet::Ip& ip) {
    w.u16(static_cast<std::uint16_t>(ip.source_port));
    w.u16(static_cast<std::uint16_t>(ip.destination_port));
  }

  Bytes tcp(const Packet::Ip& ip) const {
    Bytes bytes;
    Writer w(bytes);
    write_ports(w, ip);
    w.u64(0);           // sequence numbers
    w.u32(0x50101000);  // an acknowledgement
    w.u32(0);
    fill(w, ip.fragment == Fragment::kWhole ? more_ : kPayload + kFirstFragment);
    put_sum(bytes, 16, sum_with_addresses(ip, bytes));
    return bytes;
  }

  Bytes udp(const Packet::Ip& ip) const {
    Bytes bytes;
    Writer w(bytes);
    write_ports(w, ip);
    w.u32(0);
    fill_to_end(w, ip);
    w.patch_length(4, 0);
    put_sum(bytes, 6, sum_with_addresses(ip, bytes));
    return bytes;
  }

  Bytes icmp(const Packet::Ip& ip) const {
    Bytes bytes;
    Writer w(bytes);
    w.u8(static_cast<std::uint8_t>(ip.icmp_type));
    w.u8(static_cast<std::uint8_t>(ip.icmp_code));
    w.zeros(2);
    if (is_solicitation(ip) || is_advertisement(ip))
      write_neighbour(w, is_solicitation(ip) ? 1 : 2);
    else
      write_message(w, ip);
    put_sum(bytes, 2, is_v4(ip) ? net::internet_checksum(bytes) : sum_with_addresses(ip, bytes));
    return bytes;
  }

  void write_message(Writer& w, const Packet::Ip& ip) const {
    w.zeros(4);
    if (packet_.quoted)
      w.bytes(FrameMaker({}, mark_).whole(*packet_.quoted, FrameMaker({}, mark_).payload(*packet_.quoted)));
    else if (is_router_solicitation(ip))
      w.zeros(kPayload + beyond(ip));  // options without a length: agents refuse them
    else
      fill_to_end(w, ip);
  }

  void write_neighbour(Writer& w, std::uint8_t option) const {
    w.u32((packet_.neighbour.router ? 1U << 31 : 0) | (packet_.neighbour.solicited ? 1U << 30 : 0) |
          (packet_.neighbour.override ? 1U << 29 : 0));
    w.bits(packet_.neighbour.target, 16);
    if (packet_.neighbour.link_layer) {
      w.u8(option);
      w.u8(1);
      w.bits(*packet_.neighbour.link_layer, 6);
    }
    if (packet_.neighbour.nonce) {
      w.u8(kNonceOption);
      w.u8(1);
      fill(w, 6);
    }
    w.zeros(beyond(*packet_.ip));  // no option is that short: nothing more is read
  }

  const Packet packet_;
  const std::uint16_t mark_;
  std::size_t more_ = 0;  ///< bytes that fill the packet up to its length
};

}  // namespace

net::Frame frame_of(const Packet& packet, std::uint16_t mark) {
  return FrameMaker(packet, mark).make();
}

}  // namespace weft::reference
