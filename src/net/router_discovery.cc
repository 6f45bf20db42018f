#include "net/router_discovery.h"

#include <algorithm>
#include <span>
#include <utility>

#include "net/dns_names.h"
#include "net/wire.h"

namespace weft::net {
namespace {

using Bytes = std::vector<std::uint8_t>;
using wire::put, wire::u16;

constexpr std::uint16_t kEtherIpv6 = 0x86dd;
constexpr std::size_t kEthernetHeader = 14, kIpv6Header = 40, kSolicitationHeader = 8;
constexpr std::uint8_t kProtocolIcmpv6 = 58, kHopLimit = 255;
constexpr std::uint8_t kRouterSolicitation = 133, kRouterAdvertisement = 134;
constexpr std::uint8_t kSourceLinkLayer = 1, kPrefix = 3, kMtu = 5, kDnsServers = 25, kSearchList = 31;
constexpr std::uint8_t kAdvertisedHopLimit = 64;
constexpr std::uint8_t kManaged = 0x80, kOther = 0x40, kOnLink = 0x80, kAutonomous = 0x40;
constexpr std::size_t kUnit = 8;  // of options' lengths
constexpr std::size_t kLeastMtu = 1280;
// Of a names option, far below what its length octet can say, so that it fits wherever IPv6 does.
constexpr std::size_t kMostServers = 32, kLongestNames = 512;

/// The ICMPv6 message of a frame that has passed no router.
Result<FrameView> neighbour_message(FrameView frame) {
  if (frame.size() < kEthernetHeader + kIpv6Header || u16(frame, 12) != kEtherIpv6)
    return fail(Errc::kProtocol, "not an IPv6 packet");
  const FrameView ip = frame.subspan(kEthernetHeader);
  const std::size_t length = u16(ip, 4);
  if (ip[0] >> 4 != 6 || length > ip.size() - kIpv6Header)
    return fail(Errc::kProtocol, "malformed IPv6 header");
  if (ip[6] != kProtocolIcmpv6) return fail(Errc::kProtocol, "not ICMPv6");
  if (ip[7] != kHopLimit) return fail(Errc::kForbidden, "has passed a router");
  const FrameView message = ip.subspan(kIpv6Header, length);
  if (internet_checksum(message, wire::pseudo_header(ip.subspan(8, 32), kProtocolIcmpv6, length)) != 0)
    return fail(Errc::kProtocol, "wrong ICMPv6 checksum");
  return message;
}

Result<std::optional<MacAddress>> read_link_layer(FrameView options) {
  std::optional<MacAddress> link_layer;
  while (!options.empty()) {
    const std::size_t size = options.size() < 2 ? 0 : options[1] * kUnit;
    if (size == 0 || size > options.size()) return fail(Errc::kProtocol, "malformed option");
    if (options[0] == kSourceLinkLayer && size == kUnit) link_layer = wire::mac(options, 2);
    options = options.subspan(size);
  }
  return link_layer;
}

Bytes prefix_option(const AdvertisedPrefix& p) {
  Bytes out = {kPrefix, 4, static_cast<std::uint8_t>(p.prefix.length())};
  put(out, (p.on_link ? kOnLink : 0) | (p.autonomous ? kAutonomous : 0), 1);
  put(out, p.valid, 4);
  put(out, p.preferred, 4);
  put(out, 0, 4);
  put(out, p.prefix.address());
  return out;
}

/// An option of RFC 8106: reserved, lifetime, value, zeros up to the next unit.
Bytes dns_option(std::uint8_t type, std::uint32_t lifetime, const Bytes& value) {
  Bytes out = {type, 0, 0, 0};
  put(out, lifetime, 4);
  put(out, value);
  out.resize((out.size() + kUnit - 1) / kUnit * kUnit);
  out[1] = static_cast<std::uint8_t>(out.size() / kUnit);
  return out;
}

void add_servers(std::vector<Bytes>& options, std::span<const IpAddress> servers, std::uint32_t lifetime) {
  while (!servers.empty()) {
    const auto some = servers.first(std::min(servers.size(), kMostServers));
    Bytes value;
    for (const auto& server : some) put(value, server);
    options.push_back(dns_option(kDnsServers, lifetime, value));
    servers = servers.subspan(some.size());
  }
}

void add_search_domains(std::vector<Bytes>& options, const std::vector<std::string>& domains,
                        std::uint32_t lifetime) {
  Bytes value;
  for (const auto& domain : domains) {
    const Bytes name = dns_names({domain});
    if (!value.empty() && value.size() + name.size() > kLongestNames)
      options.push_back(dns_option(kSearchList, lifetime, std::exchange(value, {})));
    put(value, name);
  }
  if (!value.empty()) options.push_back(dns_option(kSearchList, lifetime, value));
}

void add_names(std::vector<Bytes>& options, const AdvertisedNames& names, std::uint32_t lifetime) {
  add_servers(options, names.servers, lifetime);
  add_search_domains(options, names.search_domains, lifetime);
}

/// Those that need not be in every message.
std::vector<Bytes> options_of(const RouterAdvertisement& a) {
  std::vector<Bytes> options;
  for (const auto& prefix : a.prefixes) options.push_back(prefix_option(prefix));
  add_names(options, a.names, kNamesLifetime);
  add_names(options, a.withdrawn, 0);
  return options;
}

/// What every message begins with.
Bytes start_of(const RouterAdvertisement& a, const MacAddress& mac) {
  Bytes out = {kRouterAdvertisement, 0, 0, 0, kAdvertisedHopLimit};
  put(out, (a.managed ? kManaged : 0) | (a.other ? kOther : 0), 1);
  put(out, a.lifetime, 2);
  put(out, 0, 4);  // reachable time and
  put(out, 0, 4);  // retransmission timer: as the host likes
  put(out, Bytes{kSourceLinkLayer, 1});
  put(out, mac);
  if (a.mtu) {
    put(out, Bytes{kMtu, 1, 0, 0});
    put(out, *a.mtu, 4);
  }
  return out;
}

/// Each with as many options as a packet holds, and at least one.
std::vector<Bytes> messages_of(const RouterAdvertisement& a, const MacAddress& mac) {
  const Bytes start = start_of(a, mac);
  const std::size_t most = a.mtu.value_or(kLeastMtu);
  std::vector<Bytes> messages = {start};
  for (const auto& option : options_of(a)) {
    const bool fits = kIpv6Header + messages.back().size() + option.size() <= most;
    if (!fits && messages.back().size() > start.size()) messages.push_back(start);
    put(messages.back(), option);
  }
  return messages;
}

Frame frame_of(const Bytes& message, const MacAddress& mac, const IpAddress& source, const MacAddress& to_mac,
               const IpAddress& to) {
  Frame out;
  put(out, to_mac);
  put(out, mac);
  put(out, kEtherIpv6, 2);
  put(out, 0x60000000, 4);
  put(out, static_cast<std::uint32_t>(message.size()), 2);
  put(out, Bytes{kProtocolIcmpv6, kHopLimit});
  put(out, source);
  put(out, to);
  put(out, message);
  const FrameView ip = FrameView(out).subspan(kEthernetHeader);
  const auto checksum = internet_checksum(
      ip.subspan(kIpv6Header), wire::pseudo_header(ip.subspan(8, 32), kProtocolIcmpv6, message.size()));
  wire::store16(out, kEthernetHeader + kIpv6Header + 2, checksum);
  return out;
}

}  // namespace

Result<RouterSolicitation> parse_router_solicitation(FrameView frame) {
  WEFT_TRY(const FrameView message, neighbour_message(frame));
  if (message.size() < kSolicitationHeader || message[0] != kRouterSolicitation || message[1] != 0)
    return fail(Errc::kProtocol, "not a router solicitation");
  WEFT_TRY(const auto link_layer, read_link_layer(message.subspan(kSolicitationHeader)));
  const RouterSolicitation solicitation{
      .mac = wire::mac(frame, 6), .source = wire::ipv6(frame, kEthernetHeader + 8), .link_layer = link_layer};
  if (solicitation.source.is_unspecified() && link_layer)
    return fail(Errc::kProtocol, "a link-layer option from ::");
  return solicitation;
}

std::vector<Frame> build_router_advertisements(const RouterAdvertisement& advertisement,
                                               const MacAddress& mac, const IpAddress& source,
                                               const MacAddress& to_mac, const IpAddress& to) {
  std::vector<Frame> frames;
  for (const auto& message : messages_of(advertisement, mac))
    frames.push_back(frame_of(message, mac, source, to_mac, to));
  return frames;
}

}  // namespace weft::net
