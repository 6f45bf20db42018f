#pragma once
// Numbers and addresses in network byte order, for the parsers and builders of this folder. Nothing is
// checked here: callers have looked at sizes.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "net/packet.h"

namespace weft::net::wire {

/// `size` bytes as a number, 4 at most.
inline std::uint32_t number(FrameView data, std::size_t at, std::size_t size) {
  std::uint32_t v = 0;
  for (std::size_t i = 0; i < size; ++i) v = v << 8 | data[at + i];
  return v;
}
inline std::uint16_t u16(FrameView data, std::size_t at) {
  return static_cast<std::uint16_t>(number(data, at, 2));
}
inline std::uint32_t u32(FrameView data, std::size_t at) {
  return number(data, at, 4);
}

template <std::size_t N>
std::array<std::uint8_t, N> bytes(FrameView data, std::size_t at) {
  std::array<std::uint8_t, N> out;
  std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(at), N, out.begin());
  return out;
}
inline MacAddress mac(FrameView data, std::size_t at) {
  return {bytes<6>(data, at)};
}
inline IpAddress ipv4(FrameView data, std::size_t at) {
  return IpAddress::v4(u32(data, at));
}
inline IpAddress ipv6(FrameView data, std::size_t at) {
  return IpAddress::v6(bytes<16>(data, at));
}

inline void put(std::vector<std::uint8_t>& out, std::uint32_t v, int size) {
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8)
    out.push_back(static_cast<std::uint8_t>(v >> shift));
}
inline void put(std::vector<std::uint8_t>& out, FrameView data) {
  out.insert(out.end(), data.begin(), data.end());
}
inline void put(std::vector<std::uint8_t>& out, const MacAddress& mac) {
  put(out, FrameView(mac.bytes));
}
/// 4 or 16 bytes.
inline void put(std::vector<std::uint8_t>& out, const IpAddress& ip) {
  put(out, FrameView(ip.bytes()).first(ip.is_v4() ? 4 : 16));
}
/// The sum of the pseudo header before a UDP or ICMPv6 message of `length` bytes (RFC 768; RFC 8200, 8.1), to
/// start its checksum with. `addresses`: source and destination as in the IP header.
inline std::uint32_t pseudo_header(FrameView addresses, std::uint8_t protocol, std::size_t length) {
  std::uint32_t sum = protocol + static_cast<std::uint32_t>(length);
  for (std::size_t at = 0; at + 1 < addresses.size(); at += 2) sum += u16(addresses, at);
  return sum;
}

/// Writes over what is there.
inline void store16(std::vector<std::uint8_t>& out, std::size_t at, std::uint16_t v) {
  out[at] = static_cast<std::uint8_t>(v >> 8);
  out[at + 1] = static_cast<std::uint8_t>(v);
}

}  // namespace weft::net::wire
