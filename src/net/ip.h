#pragma once
// IPv4 and IPv6 addresses and prefixes as plain values.

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace weft {

enum class IpVersion : std::uint8_t { kV4 = 4, kV6 = 6 };

/// An IPv4 or IPv6 address. IPv4 uses the first four bytes; order is by version, then by number.
class IpAddress {
 public:
  IpAddress() = default;  ///< 0.0.0.0

  static IpAddress v4(std::uint32_t host_order);
  static IpAddress v6(const std::array<std::uint8_t, 16>& bytes);
  /// Dotted quad or RFC 4291 text; no zone, no port, no leading zeros.
  static std::optional<IpAddress> parse(std::string_view text);

  IpVersion version() const { return version_; }
  bool is_v4() const { return version_ == IpVersion::kV4; }
  /// Bits of an address of this version: 32 or 128.
  int width() const { return is_v4() ? 32 : 128; }
  /// Host-order number; IPv4 only.
  std::uint32_t to_u32() const;
  /// Network order; the first 4 or all 16 are meaningful.
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  std::string to_string() const;
  bool is_unspecified() const;
  bool is_multicast() const;
  bool is_loopback() const;

  /// The following address; wraps around at the end.
  IpAddress next() const;
  /// The preceding address; wraps around at the start.
  IpAddress previous() const;

  auto operator<=>(const IpAddress&) const = default;

 private:
  IpVersion version_ = IpVersion::kV4;
  std::array<std::uint8_t, 16> bytes_{};
};

/// An address block. The host bits of `address` are zero.
class IpPrefix {
 public:
  IpPrefix() = default;  ///< 0.0.0.0/0
  /// Host bits are cleared. `length` is clamped to the address width.
  IpPrefix(const IpAddress& address, int length);
  /// "A/N" or "A" (a host prefix). Host bits are cleared; use `parse_exact` to refuse them.
  static std::optional<IpPrefix> parse(std::string_view text);
  static std::optional<IpPrefix> parse_exact(std::string_view text);

  const IpAddress& address() const { return address_; }
  int length() const { return length_; }
  IpVersion version() const { return address_.version(); }
  bool contains(const IpAddress& address) const;
  bool overlaps(const IpPrefix& other) const;
  IpAddress first() const { return address_; }
  /// The last address of the block: IPv4's broadcast address.
  IpAddress last() const;
  IpAddress netmask() const;
  std::string to_string() const;

  auto operator<=>(const IpPrefix&) const = default;

 private:
  IpAddress address_;
  int length_ = 0;
};

/// An inclusive range of addresses of one version.
struct IpRange {
  IpAddress start;
  IpAddress end;
  bool contains(const IpAddress& a) const { return a.version() == start.version() && start <= a && a <= end; }
  auto operator<=>(const IpRange&) const = default;
};

}  // namespace weft

template <>
struct std::hash<weft::IpAddress> {
  std::size_t operator()(const weft::IpAddress& a) const noexcept {
    return std::hash<std::string_view>{}(
        std::string_view(reinterpret_cast<const char*>(a.bytes().data()), a.is_v4() ? 4 : 16));
  }
};
