#include "net/eui64.h"

#include <algorithm>

namespace weft {

IpAddress eui64_address(const IpPrefix& prefix, const MacAddress& mac) {
  const auto& m = mac.bytes;
  const std::array<std::uint8_t, 8> identifier = {
      static_cast<std::uint8_t>(m[0] ^ 2), m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5]};
  auto bytes = prefix.address().bytes();
  std::copy(identifier.begin(), identifier.end(), bytes.begin() + 8);
  return IpAddress::v6(bytes);
}

IpAddress link_local(const MacAddress& mac) {
  return eui64_address(IpPrefix(IpAddress::v6({0xfe, 0x80}), 64), mac);
}

}  // namespace weft
