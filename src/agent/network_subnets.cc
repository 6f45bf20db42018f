#include "agent/network_subnets.h"

#include <algorithm>

namespace weft::agent {
namespace {

Subnets subnets_of(const Uuid& network, IpVersion version, const model::Intent& intent) {
  Subnets subnets;
  for (const auto& id : intent.subnets_of(network)) {
    auto subnet = intent.find<model::Subnet>(id);
    if (subnet && subnet->cidr.version() == version) subnets.push_back(std::move(subnet));
  }
  return subnets;
}

void add_new(std::vector<IpAddress>& list, IpVersion version, const std::vector<IpAddress>& more) {
  for (const auto& address : more) {
    if (address.version() == version && std::ranges::find(list, address) == list.end())
      list.push_back(address);
  }
}

}  // namespace

Subnets subnets_by_age(const Uuid& network, IpVersion version, const model::Intent& intent) {
  auto subnets = subnets_of(network, version, intent);
  std::ranges::sort(subnets, {},
                    [](const auto& subnet) { return std::pair(subnet->created_at, subnet->id); });
  return subnets;
}

Subnets neighbours_of(const model::Subnet& subnet, const model::Intent& intent) {
  auto others = subnets_of(subnet.network, subnet.cidr.version(), intent);
  std::erase_if(others, [&](const auto& other) { return other->id == subnet.id; });
  std::ranges::sort(others, {}, [](const auto& other) { return other->cidr; });
  return others;
}

std::vector<IpAddress> ipv4_dns_servers(const model::Subnet& subnet, const Subnets& neighbours,
                                        const DhcpSettings& settings) {
  std::vector<IpAddress> servers;
  add_new(servers, IpVersion::kV4, subnet.dns_nameservers);
  if (servers == std::vector{IpAddress()}) return {};  // Neutron's way to say "none"
  if (servers.empty()) {
    for (const auto& other : neighbours) add_new(servers, IpVersion::kV4, other->dns_nameservers);
    std::erase(servers, IpAddress());
  }
  if (servers.empty()) add_new(servers, IpVersion::kV4, settings.dns_servers);
  return servers;
}

std::vector<IpAddress> ipv6_dns_servers(const Subnets& subnets, const DhcpSettings& settings) {
  std::vector<IpAddress> servers;
  for (const auto& subnet : subnets) add_new(servers, IpVersion::kV6, subnet->dns_nameservers);
  if (servers.empty()) add_new(servers, IpVersion::kV6, settings.dns_servers);
  std::erase_if(servers, [](const auto& server) { return server.is_unspecified(); });
  return servers;
}

}  // namespace weft::agent
