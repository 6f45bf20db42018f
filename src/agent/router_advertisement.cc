#include "agent/router_advertisement.h"

#include <algorithm>

#include "agent/network_subnets.h"
#include "agent/port_names.h"
#include "model/subnet_services.h"
#include "net/eui64.h"

namespace weft::agent {
namespace {

using model::Ipv6Mode;

constexpr MacAddress kAllHostsMac{{0x33, 0x33, 0, 0, 0, 1}};

const IpAddress& all_hosts() {
  static const IpAddress address = *IpAddress::parse("ff02::1");
  return address;
}

using Frames = std::vector<net::Frame>;

Frames frames_to(const NetworkAdvertisement& by, const MacAddress& mac, const IpAddress& address) {
  return net::build_router_advertisements(by.message, by.mac, link_local(by.mac), mac, address);
}

Frames frames_to_all(const NetworkAdvertisement& by) {
  return frames_to(by, kAllHostsMac, all_hosts());
}

void add_subnet(const model::Subnet& subnet, net::RouterAdvertisement& message) {
  const bool stateful = subnet.ipv6_ra_mode == Ipv6Mode::kDhcpv6Stateful;
  message.managed |= stateful;
  message.other |= stateful || subnet.ipv6_ra_mode == Ipv6Mode::kDhcpv6Stateless;
  message.prefixes.push_back({.prefix = subnet.cidr, .autonomous = !stateful});
}

template <typename T>
std::vector<T> gone(const std::vector<T>& before, const std::vector<T>& now) {
  std::vector<T> list;
  std::ranges::copy_if(before, std::back_inserter(list),
                       [&](const T& each) { return std::ranges::find(now, each) == now.end(); });
  return list;
}

/// Those of `before` that `now` has not, with lifetimes of 0.
std::vector<net::AdvertisedPrefix> withdrawn_prefixes(const net::RouterAdvertisement& before,
                                                      const net::RouterAdvertisement& now) {
  std::vector<net::AdvertisedPrefix> list;
  for (auto prefix : before.prefixes) {
    const auto same = [&](const net::AdvertisedPrefix& each) { return each.prefix == prefix.prefix; };
    if (std::ranges::any_of(now.prefixes, same)) continue;
    prefix.valid = prefix.preferred = 0;
    list.push_back(prefix);
  }
  return list;
}

/// `now`, and what `before` said and `now` does not, not to be used any more.
net::RouterAdvertisement with_withdrawn(net::RouterAdvertisement now,
                                        const net::RouterAdvertisement& before) {
  const auto prefixes = withdrawn_prefixes(before, now);
  now.prefixes.insert(now.prefixes.end(), prefixes.begin(), prefixes.end());
  now.withdrawn = {.servers = gone(before.names.servers, now.names.servers),
                   .search_domains = gone(before.names.search_domains, now.names.search_domains)};
  return now;
}

/// The last words of a speaker: hosts keep names by speaker, prefixes by themselves.
net::RouterAdvertisement farewell(const net::RouterAdvertisement& before, const MaybeAdvertisement& now) {
  return {.mtu = before.mtu,
          .prefixes = withdrawn_prefixes(before, now ? now->message : net::RouterAdvertisement()),
          .names = {},
          .withdrawn = before.names};
}

}  // namespace

MaybeAdvertisement advertisement_of(const Uuid& network_id, const model::Intent& intent,
                                    const DhcpSettings& settings) {
  const auto network = intent.find<model::Network>(network_id);
  auto subnets = network ? subnets_by_age(network_id, IpVersion::kV6, intent) : Subnets();
  std::erase_if(subnets, [](const auto& subnet) { return !model::is_advertised(*subnet); });
  for (const auto& subnet : subnets) {
    const auto speaker = intent.distributed_port_of(subnet->id);
    if (!speaker) continue;
    NetworkAdvertisement advertisement{.mac = speaker->mac};
    auto& message = advertisement.message;
    message.mtu = static_cast<std::uint32_t>(network->mtu);
    for (const auto& each : subnets) add_subnet(*each, message);
    message.names.servers = ipv6_dns_servers(subnets, settings);
    const auto domain = domain_of(*network, settings);
    if (!domain.empty()) message.names.search_domains = {domain};
    return advertisement;
  }
  return std::nullopt;
}

Frames announce(const MaybeAdvertisement& before, const MaybeAdvertisement& now) {
  if (before == now) return {};
  if (before && now && before->mac == now->mac)
    return frames_to_all({now->mac, with_withdrawn(now->message, before->message)});
  Frames frames;
  if (before) frames = frames_to_all({before->mac, farewell(before->message, now)});
  if (now) std::ranges::move(frames_to_all(*now), std::back_inserter(frames));
  return frames;
}

PacketAnswer answer_solicitation(net::FrameView frame, const MaybeAdvertisement& advertisement) {
  const auto solicitation = net::parse_router_solicitation(frame);
  if (!solicitation && solicitation.error().code == Errc::kForbidden)
    return {"spoofed_nd", {}, fabric::Drop::kSpoofedNd};
  if (!solicitation) return {"malformed", {}, fabric::Drop::kMalformedRequest};
  if (solicitation->link_layer.value_or(solicitation->mac) != solicitation->mac)
    return {"spoofed_nd", {}, fabric::Drop::kSpoofedNd};
  if (!advertisement) return {"no_advertisement", {}};
  const bool unknown = solicitation->source.is_unspecified();
  return {"answered", unknown ? frames_to_all(*advertisement)
                              : frames_to(*advertisement, solicitation->mac, solicitation->source)};
}

}  // namespace weft::agent
