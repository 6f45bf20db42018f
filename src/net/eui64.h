#pragma once
// IPv6 addresses made from MAC addresses (modified EUI-64: RFC 4291, appendix A).

#include "net/ip.h"
#include "net/mac.h"

namespace weft {

/// The address of this MAC in an IPv6 prefix of at most 64 bits (RFC 4862, 5.5.3).
IpAddress eui64_address(const IpPrefix& prefix, const MacAddress& mac);

/// fe80::/64 with this MAC (RFC 4862, 5.3).
IpAddress link_local(const MacAddress& mac);

}  // namespace weft
