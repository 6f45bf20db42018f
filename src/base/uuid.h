#pragma once
// UUIDs name every object of the intent model and every OVSDB row: the two are the same (RFC 4122, RFC 7047).

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace weft {

/// A 128-bit UUID; the nil UUID (all zero) means "none".
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  /// A random (version 4) UUID from the system's generator.
  static Uuid random();
  /// Parses the canonical form 8-4-4-4-12 (either case); nothing for any other text.
  static std::optional<Uuid> parse(std::string_view text);

  /// Canonical lower-case text.
  std::string to_string() const;
  void append_to(std::string& text) const;
  /// Writes the text's 36 characters.
  void write_to(char* at) const;
  bool is_nil() const { return *this == Uuid{}; }

  auto operator<=>(const Uuid&) const = default;
};

}  // namespace weft

template <>
struct std::hash<weft::Uuid> {
  std::size_t operator()(const weft::Uuid& u) const noexcept {
    std::uint64_t hi, lo;  // random bits already: fold them
    std::memcpy(&hi, u.bytes.data(), 8);
    std::memcpy(&lo, u.bytes.data() + 8, 8);
    return static_cast<std::size_t>(hi ^ (lo * 0x9e3779b97f4a7c15ULL));
  }
};
