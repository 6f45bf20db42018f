#include "agent/network_subnets.h"

#include <algorithm>

namespace weft::agent {
namespace {

void add_v6(std::vector<IpAddress>& list, const std::vector<IpAddress>& more) {
  for (const auto& address : more) {
    if (!address.is_v4() && std::ranges::find(list, address) == list.end()) list.push_back(address);
  }
}

}  // namespace

Subnets subnets_by_age(const Uuid& network, IpVersion version, const model::Intent& intent) {
  Subnets subnets;
  for (const auto& id : intent.subnets_of(network)) {
    auto subnet = intent.find<model::Subnet>(id);
    if (subnet && subnet->cidr.version() == version) subnets.push_back(std::move(subnet));
  }
  std::ranges::sort(subnets, {},
                    [](const auto& subnet) { return std::pair(subnet->created_at, subnet->id); });
  return subnets;
}

std::vector<IpAddress> ipv6_dns_servers(const Subnets& subnets, const DhcpSettings& settings) {
  std::vector<IpAddress> servers;
  for (const auto& subnet : subnets) add_v6(servers, subnet->dns_nameservers);
  if (servers.empty()) add_v6(servers, settings.dns_servers);
  std::erase_if(servers, [](const auto& server) { return server.is_unspecified(); });
  return servers;
}

}  // namespace weft::agent
