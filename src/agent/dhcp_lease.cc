#include "agent/dhcp_lease.h"

#include <algorithm>

#include "agent/network_subnets.h"
#include "agent/port_names.h"
#include "model/subnet_services.h"

namespace weft::agent {
namespace {

using model::HostRoute, model::Intent, model::Network, model::Port, model::Subnet;

const IpPrefix kAnywhere;  // 0.0.0.0/0

/// The subnet's gateway, or the router of a host route to anywhere.
std::optional<IpAddress> gateway_of(const Subnet& subnet) {
  if (subnet.gateway_ip) return subnet.gateway_ip;
  auto found = std::ranges::find(subnet.host_routes, kAnywhere, &HostRoute::destination);
  return found == subnet.host_routes.end() ? std::nullopt : std::optional(found->nexthop);
}

/// As Neutron has them: the network's other subnets are on the link (RFC 3442's router 0.0.0.0), then the
/// host routes, then the way to anywhere.
std::vector<HostRoute> routes_of(const Subnet& subnet, const std::optional<IpAddress>& gateway,
                                 const Subnets& neighbours) {
  std::vector<HostRoute> routes;
  for (const auto& other : neighbours) routes.push_back({other->cidr, IpAddress()});
  for (const auto& route : subnet.host_routes) {
    if (route.destination != kAnywhere) routes.push_back(route);
  }
  if (!routes.empty() && gateway) routes.push_back({kAnywhere, *gateway});
  return routes;
}

void add_v4(std::vector<IpAddress>& list, const std::vector<IpAddress>& more) {
  for (const auto& address : more) {
    if (address.is_v4() && std::ranges::find(list, address) == list.end()) list.push_back(address);
  }
}

/// The address in its subnet of the port that answers for the subnet; nothing when there is none.
std::optional<IpAddress> server_address(const Port& server, const Uuid& subnet, const Intent& intent) {
  for (const auto& address : intent.fixed_ips(server.id)) {
    if (address.subnet == subnet && address.ip.is_v4()) return address.ip;
  }
  return std::nullopt;
}

std::optional<DhcpLease> lease_at(const model::Address& address, const Port& port, const Network& network,
                                  const Intent& intent, const DhcpSettings& settings) {
  auto subnet = intent.find<Subnet>(address.subnet);
  if (!subnet || !model::serves_dhcp4(*subnet) || !address.ip.is_v4()) return std::nullopt;
  auto server = intent.distributed_port_of(subnet->id);
  auto server_ip = server ? server_address(*server, subnet->id, intent) : std::nullopt;
  if (!server_ip) return std::nullopt;
  auto neighbours = neighbours_of(*subnet, intent);
  DhcpLease lease;
  lease.mac = port.mac;
  lease.address = address.ip;
  lease.prefix_length = subnet->cidr.length();
  lease.server = *server_ip;
  lease.server_mac = server->mac;
  lease.mtu = network.mtu;
  lease.gateway = gateway_of(*subnet);
  lease.routes = routes_of(*subnet, lease.gateway, neighbours);
  lease.dns_servers = ipv4_dns_servers(*subnet, neighbours, settings);
  add_v4(lease.ntp_servers, settings.ntp_servers);
  lease.lease_seconds = settings.lease_seconds;
  lease.domain_name = domain_of(port, network, settings);
  lease.host_name = host_name_of(port, address.ip);
  lease.extra_options = read_extra_options(port.extra_dhcp_opts);
  return lease;
}

}  // namespace

std::vector<DhcpLease> leases_of(const Uuid& port_id, const Intent& intent, const DhcpSettings& settings) {
  auto port = intent.find<Port>(port_id);
  auto network = port ? intent.find<Network>(port->network) : nullptr;
  if (!network || dhcp_disabled(*port, IpVersion::kV4)) return {};
  std::vector<DhcpLease> leases;
  for (const auto& address : intent.fixed_ips(port_id)) {
    auto lease = lease_at(address, *port, *network, intent, settings);
    if (lease) leases.push_back(std::move(*lease));
  }
  return leases;
}

std::vector<IpAddress> unserved_addresses(const Uuid& port, const std::vector<DhcpLease>& leases,
                                          const Intent& intent) {
  std::vector<IpAddress> unserved;
  for (const auto& address : intent.fixed_ips(port)) {
    const bool served = std::ranges::find(leases, address.ip, &DhcpLease::address) != leases.end();
    if (address.ip.is_v4() && !served) unserved.push_back(address.ip);
  }
  return unserved;
}

}  // namespace weft::agent
