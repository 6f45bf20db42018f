#include "openflow/packet_frame.h"

#include "openflow/wire.h"

namespace weft::openflow {
namespace {

constexpr std::size_t kIpv4Header = 20;

Bits bits(const Packet& packet, Field field) {
  auto it = packet.find(field);
  return it == packet.end() ? Bits() : it->second;
}

template <typename T>
T number(const Packet& packet, Field field) {
  return static_cast<T>(bits(packet, field).lo);
}

bool is_v4(const Packet& packet) {
  return bits(packet, Field::kEthType) == Bits(0x0800);
}

void put_checksum(Bytes& bytes, std::size_t at, std::uint16_t sum) {
  bytes[at] = static_cast<std::uint8_t>(sum >> 8);
  bytes[at + 1] = static_cast<std::uint8_t>(sum);
}

/// The IP header, of a packet with so many bytes after it.
Bytes header_of(const Packet& packet, std::size_t size) {
  Bytes bytes;
  Writer w(bytes);
  if (!is_v4(packet)) {
    w.u32(0x60000000);
    w.u16(static_cast<std::uint16_t>(size));
    w.u8(number<std::uint8_t>(packet, Field::kIpProto));
    w.u8(64);
    w.bits(bits(packet, Field::kIpv6Src), 16);
    w.bits(bits(packet, Field::kIpv6Dst), 16);
    return bytes;
  }
  w.u16(0x4500);
  w.u16(static_cast<std::uint16_t>(kIpv4Header + size));
  w.u32(0);
  w.u8(64);
  w.u8(number<std::uint8_t>(packet, Field::kIpProto));
  w.u16(0);
  w.bits(bits(packet, Field::kIpv4Src), 4);
  w.bits(bits(packet, Field::kIpv4Dst), 4);
  put_checksum(bytes, 10, net::internet_checksum(bytes));
  return bytes;
}

/// The checksum of a payload whose protocol counts the addresses too.
std::uint16_t checksum(const Packet& packet, const Bytes& payload) {
  Bytes bytes;
  Writer w(bytes);
  const int address = is_v4(packet) ? 4 : 16;
  w.bits(bits(packet, is_v4(packet) ? Field::kIpv4Src : Field::kIpv6Src), address);
  w.bits(bits(packet, is_v4(packet) ? Field::kIpv4Dst : Field::kIpv6Dst), address);
  w.u32(static_cast<std::uint32_t>(payload.size()));
  w.u32(number<std::uint8_t>(packet, Field::kIpProto));
  w.bytes(payload);
  return net::internet_checksum(bytes);
}

Bytes tcp(const Packet& packet) {
  Bytes bytes;
  Writer w(bytes);
  w.u16(number<std::uint16_t>(packet, Field::kTcpSrc));
  w.u16(number<std::uint16_t>(packet, Field::kTcpDst));
  w.zeros(8);  // sequence numbers
  w.u16(static_cast<std::uint16_t>(0x5000 | number<std::uint16_t>(packet, Field::kTcpFlags)));
  w.u16(0x1000);  // window
  w.zeros(4);
  put_checksum(bytes, 16, checksum(packet, bytes));
  return bytes;
}

Bytes udp(const Packet& packet) {
  Bytes bytes;
  Writer w(bytes);
  w.u16(number<std::uint16_t>(packet, Field::kUdpSrc));
  w.u16(number<std::uint16_t>(packet, Field::kUdpDst));
  w.u16(16);
  w.zeros(10);
  put_checksum(bytes, 6, checksum(packet, bytes));
  return bytes;
}

Bytes packet_of(const Packet& packet, const TrackerView& view);

Bytes icmp(const Packet& packet, const TrackerView& view, Field type, Field code) {
  Bytes bytes;
  Writer w(bytes);
  w.u8(number<std::uint8_t>(packet, type));
  w.u8(number<std::uint8_t>(packet, code));
  w.zeros(6);
  if (view.quoted) {
    w.bytes(packet_of(*view.quoted, {}));
  } else {
    w.zeros(24);
  }
  put_checksum(bytes, 2, is_v4(packet) ? net::internet_checksum(bytes) : checksum(packet, bytes));
  return bytes;
}

Bytes payload_of(const Packet& packet, const TrackerView& view) {
  const auto protocol = number<std::uint8_t>(packet, Field::kIpProto);
  if (protocol == 6) return tcp(packet);
  if (protocol == 17) return udp(packet);
  if (packet.contains(Field::kIcmpType)) return icmp(packet, view, Field::kIcmpType, Field::kIcmpCode);
  if (packet.contains(Field::kIcmpv6Type)) return icmp(packet, view, Field::kIcmpv6Type, Field::kIcmpv6Code);
  Bytes bytes;
  Writer w(bytes);
  w.u16(number<std::uint16_t>(packet, Field::kSctpSrc));
  w.u16(number<std::uint16_t>(packet, Field::kSctpDst));
  w.zeros(12);
  return bytes;
}

Bytes packet_of(const Packet& packet, const TrackerView& view) {
  const Bytes payload = payload_of(packet, view);
  Bytes bytes = header_of(packet, payload.size());
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return bytes;
}

}  // namespace

net::Frame frame_of(const Packet& packet, const TrackerView& view) {
  net::Frame frame;
  Writer w(frame);
  w.bits(bits(packet, Field::kEthDst), 6);
  w.bits(bits(packet, Field::kEthSrc), 6);
  w.u16(number<std::uint16_t>(packet, Field::kEthType));
  w.bytes(packet_of(packet, view));
  return frame;
}

}  // namespace weft::openflow
