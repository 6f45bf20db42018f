#include "net/mac.h"

#include <charconv>

#include "base/uuid.h"

namespace weft {

std::optional<MacAddress> MacAddress::parse(std::string_view text) {
  if (text.size() != 17) return std::nullopt;
  MacAddress mac;
  for (std::size_t i = 0; i < 6; ++i) {
    const char* first = text.data() + 3 * i;
    if (i > 0 && first[-1] != text[2]) return std::nullopt;
    if (auto [end, ec] = std::from_chars(first, first + 2, mac.bytes[i], 16);
        ec != std::errc{} || end != first + 2)
      return std::nullopt;
  }
  if (text[2] != ':' && text[2] != '-') return std::nullopt;
  return mac;
}

MacAddress MacAddress::random_tenant() {
  auto random = Uuid::random();
  return {{0xfa, 0x16, 0x3e, random.bytes[0], random.bytes[1], random.bytes[2]}};
}

std::string MacAddress::to_string() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "00:00:00:00:00:00";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    text[3 * i] = kDigits[bytes[i] >> 4];
    text[3 * i + 1] = kDigits[bytes[i] & 15];
  }
  return text;
}

}  // namespace weft
