#include "net/mac.h"

#include <fmt/format.h>

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
  return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", bytes[0], bytes[1], bytes[2], bytes[3],
                     bytes[4], bytes[5]);
}

}  // namespace weft
