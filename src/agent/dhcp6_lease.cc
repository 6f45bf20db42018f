#include "agent/dhcp6_lease.h"

#include <algorithm>

#include "agent/dhcp_extra_options.h"
#include "agent/network_subnets.h"
#include "agent/port_names.h"
#include "model/subnet_services.h"

namespace weft::agent {
namespace {

using model::Dhcp6Service;

/// Those that are served, with those before the others that the port has addresses in.
Subnets served_subnets(const Subnets& subnets, const std::vector<model::Address>& addresses) {
  Subnets served;
  std::ranges::copy_if(subnets, std::back_inserter(served), [](const auto& subnet) {
    return model::dhcp6_service(*subnet) != Dhcp6Service::kNone;
  });
  std::stable_partition(served.begin(), served.end(), [&](const auto& subnet) {
    return std::ranges::find(addresses, subnet->id, &model::Address::subnet) != addresses.end();
  });
  return served;
}

model::Ref<model::Port> server_of(const Subnets& served, const model::Intent& intent) {
  for (const auto& subnet : served) {
    if (auto server = intent.distributed_port_of(subnet->id)) return server;
  }
  return nullptr;
}

/// In the order of the subnets.
std::vector<IpAddress> stateful_addresses(const Subnets& served,
                                          const std::vector<model::Address>& addresses) {
  std::vector<IpAddress> list;
  for (const auto& subnet : served) {
    if (model::dhcp6_service(*subnet) != Dhcp6Service::kStateful) continue;
    for (const auto& address : addresses) {
      if (address.subnet == subnet->id) list.push_back(address.ip);
    }
  }
  return list;
}

}  // namespace

std::optional<Dhcp6Lease> dhcp6_lease_of(const Uuid& port_id, const model::Intent& intent,
                                         const DhcpSettings& settings) {
  const auto port = intent.find<model::Port>(port_id);
  const auto network = port ? intent.find<model::Network>(port->network) : nullptr;
  if (!network || dhcp_disabled(*port, IpVersion::kV6)) return std::nullopt;
  const auto addresses = intent.fixed_ips(port_id);
  const auto subnets = subnets_by_age(network->id, IpVersion::kV6, intent);
  const auto served = served_subnets(subnets, addresses);
  const auto server = server_of(served, intent);
  if (!server) return std::nullopt;
  Dhcp6Lease lease{.server_mac = server->mac, .addresses = stateful_addresses(served, addresses)};
  for (const auto& subnet : subnets) lease.on_link.push_back(subnet->cidr);
  lease.lease_seconds = settings.lease_seconds;
  lease.dns_servers = ipv6_dns_servers(served, settings);
  lease.ntp_servers = settings.ntp_servers;
  const auto own = std::ranges::find_if(addresses, [](const auto& each) { return !each.ip.is_v4(); });
  if (own != addresses.end()) lease.host_name = host_name_of(*port, own->ip);
  lease.domain_name = domain_of(*port, *network, settings);
  lease.extra_options = port->extra_dhcp_opts;
  return lease;
}

}  // namespace weft::agent
