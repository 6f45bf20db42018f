#include "net/ip.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace weft {
namespace {

std::size_t byte_count(const IpAddress& a) {
  return static_cast<std::size_t>(a.width() / 8);
}

/// The mask byte `i` of a prefix of `length` bits.
std::uint8_t mask_byte(int length, std::size_t i) {
  int bits = std::clamp(length - static_cast<int>(i) * 8, 0, 8);
  return static_cast<std::uint8_t>(0xff00 >> bits);
}

IpAddress from_bytes(IpVersion version, const std::array<std::uint8_t, 16>& b) {
  if (version == IpVersion::kV6) return IpAddress::v6(b);
  return IpAddress::v4(static_cast<std::uint32_t>(b[0]) << 24 | static_cast<std::uint32_t>(b[1]) << 16 |
                       static_cast<std::uint32_t>(b[2]) << 8 | b[3]);
}

}  // namespace

IpAddress IpAddress::v4(std::uint32_t n) {
  IpAddress a;
  for (int i = 3; i >= 0; --i, n >>= 8) a.bytes_[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(n);
  return a;
}

IpAddress IpAddress::v6(const std::array<std::uint8_t, 16>& bytes) {
  IpAddress a;
  a.version_ = IpVersion::kV6;
  a.bytes_ = bytes;
  return a;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.size() >= INET6_ADDRSTRLEN) return std::nullopt;
  std::string z(text);
  if (z.size() != text.size() || z.find('\0') != std::string::npos) return std::nullopt;
  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET, z.c_str(), bytes.data()) == 1) return from_bytes(IpVersion::kV4, bytes);
  if (inet_pton(AF_INET6, z.c_str(), bytes.data()) == 1) return v6(bytes);
  return std::nullopt;
}

std::uint32_t IpAddress::to_u32() const {
  return static_cast<std::uint32_t>(bytes_[0]) << 24 | static_cast<std::uint32_t>(bytes_[1]) << 16 |
         static_cast<std::uint32_t>(bytes_[2]) << 8 | bytes_[3];
}

std::string IpAddress::to_string() const {
  char text[INET6_ADDRSTRLEN];
  if (!is_v4()) return inet_ntop(AF_INET6, bytes_.data(), text, sizeof text);
  char* end = text;  // inet_ntop() prints with a format: slow for lists of thousands
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0) *end++ = '.';
    end = std::to_chars(end, text + sizeof text, bytes_[i]).ptr;
  }
  return {text, end};
}

bool IpAddress::is_unspecified() const {
  return std::all_of(bytes_.begin(), bytes_.end(), [](auto b) { return b == 0; });
}

bool IpAddress::is_multicast() const {
  return is_v4() ? (bytes_[0] & 0xf0) == 0xe0 : bytes_[0] == 0xff;
}

bool IpAddress::is_loopback() const {
  if (is_v4()) return bytes_[0] == 127;
  return *this == *parse("::1");
}

IpAddress IpAddress::next() const {
  IpAddress a = *this;
  for (std::size_t i = byte_count(a); i-- > 0;)
    if (++a.bytes_[i] != 0) break;
  return a;
}

IpAddress IpAddress::previous() const {
  IpAddress a = *this;
  for (std::size_t i = byte_count(a); i-- > 0;)
    if (a.bytes_[i]-- != 0) break;
  return a;
}

IpPrefix::IpPrefix(const IpAddress& address, int length) : length_(std::clamp(length, 0, address.width())) {
  auto bytes = address.bytes();
  for (std::size_t i = 0; i < byte_count(address); ++i) bytes[i] &= mask_byte(length_, i);
  address_ = from_bytes(address.version(), bytes);
}

std::optional<IpPrefix> IpPrefix::parse(std::string_view text) {
  auto slash = text.find('/');
  auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return IpPrefix(*address, address->width());
  auto digits = text.substr(slash + 1);
  int length = -1;
  auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  if (ec != std::errc{} || end != digits.data() + digits.size() || length < 0 || length > address->width())
    return std::nullopt;
  return IpPrefix(*address, length);
}

std::optional<IpPrefix> IpPrefix::parse_exact(std::string_view text) {
  auto prefix = parse(text);
  auto address = IpAddress::parse(text.substr(0, text.find('/')));
  if (!prefix || prefix->address_ != *address) return std::nullopt;
  return prefix;
}

bool IpPrefix::contains(const IpAddress& a) const {
  return a.version() == version() && IpPrefix(a, length_).address_ == address_;
}

bool IpPrefix::overlaps(const IpPrefix& other) const {
  return contains(other.address_) || other.contains(address_);
}

IpAddress IpPrefix::last() const {
  auto bytes = address_.bytes();
  for (std::size_t i = 0; i < byte_count(address_); ++i)
    bytes[i] |= static_cast<std::uint8_t>(~mask_byte(length_, i));
  return from_bytes(version(), bytes);
}

IpAddress IpPrefix::netmask() const {
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < byte_count(address_); ++i) bytes[i] = mask_byte(length_, i);
  return from_bytes(version(), bytes);
}

std::string IpPrefix::to_string() const {
  return address_.to_string() + "/" + std::to_string(length_);
}

}  // namespace weft
