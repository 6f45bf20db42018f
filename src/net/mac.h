#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weft {

/// An EUI-48 address.
struct MacAddress {
  std::array<std::uint8_t, 6> bytes{};

  /// Parses six hex octets separated by ':' or '-'.
  static std::optional<MacAddress> parse(std::string_view text);
  static constexpr MacAddress broadcast() { return {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}; }
  /// fa:16:3e followed by 24 random bits, as Neutron's base_mac makes them.
  static MacAddress random_tenant();
  static constexpr MacAddress from_u64(std::uint64_t v) {
    MacAddress m;
    for (int i = 5; i >= 0; --i, v >>= 8) m.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(v);
    return m;
  }

  constexpr std::uint64_t to_u64() const {
    std::uint64_t v = 0;
    for (auto b : bytes) v = v << 8 | b;
    return v;
  }
  /// Lower-case, colon separated.
  std::string to_string() const;
  constexpr bool is_multicast() const { return bytes[0] & 1; }

  auto operator<=>(const MacAddress&) const = default;
};

}  // namespace weft
