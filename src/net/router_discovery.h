#pragma once
// Router discovery (RFC 4861) as a node does it for its ports: solicitations parsed, advertisements built, as
// whole frames.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "net/packet.h"

namespace weft::net {

/// Lifetimes in seconds of what advertisements that are repeated every ten minutes say: hosts forget what
/// nobody repeats, also when nobody was there to withdraw it.
inline constexpr std::uint32_t kPrefixValid = 86400, kPrefixPreferred = 14400, kNamesLifetime = 14400;

struct RouterSolicitation {
  MacAddress mac;    ///< of the frame
  IpAddress source;  ///< :: while the host has no address
  std::optional<MacAddress> link_layer;
  bool operator==(const RouterSolicitation&) const = default;
};

/// Errors, for what RFC 4861, 6.1.1 has a router discard: kForbidden for another hop limit than 255, since it
/// comes from elsewhere; kProtocol for a wrong checksum, another code than 0, an option without length, a
/// link-layer option from ::, and anything that is no solicitation.
Result<RouterSolicitation> parse_router_solicitation(FrameView frame);

/// Lifetimes in seconds.
struct AdvertisedPrefix {
  IpPrefix prefix;
  bool on_link = true;
  bool autonomous = false;  ///< hosts make addresses of it (SLAAC, RFC 4862)
  std::uint32_t valid = kPrefixValid, preferred = kPrefixPreferred;
  bool operator==(const AdvertisedPrefix&) const = default;
};

/// Who answers questions for names, and where short names are looked for (RFC 8106).
struct AdvertisedNames {
  std::vector<IpAddress> servers;
  std::vector<std::string> search_domains;
  bool operator==(const AdvertisedNames&) const = default;
};

struct RouterAdvertisement {
  bool managed = false;        ///< addresses by DHCPv6
  bool other = false;          ///< other settings by DHCPv6
  std::uint16_t lifetime = 0;  ///< seconds as a default router; 0: is none
  std::optional<std::uint32_t> mtu;
  std::vector<AdvertisedPrefix> prefixes;
  AdvertisedNames names;      ///< for kNamesLifetime
  AdvertisedNames withdrawn;  ///< not to be used any more
  bool operator==(const RouterAdvertisement&) const = default;
};

/// From `mac` and the link-local address `source`, which the frames' link-layer option also tells. Prefixes
/// and names that no packet of the advertised MTU holds (1280 octets where there is none) are spread over
/// several, the rest is in each (RFC 4861, 6.2.3).
std::vector<Frame> build_router_advertisements(const RouterAdvertisement& advertisement,
                                               const MacAddress& mac, const IpAddress& source,
                                               const MacAddress& to_mac, const IpAddress& to);

}  // namespace weft::net
