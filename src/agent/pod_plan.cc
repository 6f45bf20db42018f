#include "agent/pod_plan.h"

#include <algorithm>

#include "agent/network_subnets.h"
#include "agent/port_names.h"
#include "model/subnet_services.h"

namespace weft::agent {
namespace {

template <typename T>
void append_new(std::vector<T>& list, const std::vector<T>& more) {
  for (const auto& each : more) {
    if (std::ranges::find(list, each) == list.end()) list.push_back(each);
  }
}

/// The first route to a destination counts: a port may have several addresses of a subnet, and several
/// subnets.
void add_route(PodPlan& plan, const IpPrefix& destination, const std::optional<IpAddress>& gateway) {
  auto& routes = plan.veth.routes;
  auto same = [&](const InterfaceRoute& route) { return route.destination == destination; };
  if (std::ranges::none_of(routes, same)) routes.push_back({destination, gateway});
}

void add_subnet(PodPlan& plan, const model::Subnet& subnet, const IpAddress& ip, bool default_route) {
  plan.veth.addresses.push_back({ip, subnet.cidr.length()});
  plan.ips.push_back({.address = ip, .prefix_length = subnet.cidr.length(), .gateway = subnet.gateway_ip});
  for (const auto& route : subnet.host_routes) add_route(plan, route.destination, route.nexthop);
  if (default_route && subnet.gateway_ip) {
    auto any = ip.is_v4() ? IpAddress() : IpAddress::v6({});
    add_route(plan, IpPrefix(any, 0), *subnet.gateway_ip);
  }
}

bool is_of(const model::Subnet& subnet, const std::vector<model::Address>& own) {
  return std::ranges::find(own, subnet.id, &model::Address::subnet) != own.end();
}

/// The network's other subnets are on the link, as DHCP says it with option 121. The kernel itself knows of
/// those that the port has addresses of.
void add_neighbours(PodPlan& plan, const model::Subnet& subnet, const std::vector<model::Address>& own,
                    const model::Intent& intent) {
  for (const auto& other : neighbours_of(subnet, intent)) {
    if (!is_of(*other, own)) add_route(plan, other->cidr, std::nullopt);
  }
}

/// Those that tell a port with these addresses its IPv6 DNS servers.
Subnets ipv6_speakers(const Uuid& network, const std::vector<model::Address>& own,
                      const model::Intent& intent) {
  auto subnets = subnets_by_age(network, IpVersion::kV6, intent);
  std::erase_if(subnets, [&](const auto& subnet) {
    return !is_of(*subnet, own) && !model::is_advertised(*subnet) &&
           model::dhcp6_service(*subnet) == model::Dhcp6Service::kNone;
  });
  return subnets;
}

/// Of the IP versions that the port has.
std::vector<IpAddress> dns_servers(const Uuid& network, const std::vector<model::Address>& own,
                                   const model::Intent& intent, const DhcpSettings& settings) {
  std::vector<IpAddress> servers;
  bool ipv6 = false;
  for (const auto& address : own) {
    auto subnet = intent.find<model::Subnet>(address.subnet);
    ipv6 |= !address.ip.is_v4();
    if (subnet && address.ip.is_v4())
      append_new(servers, ipv4_dns_servers(*subnet, neighbours_of(*subnet, intent), settings));
  }
  if (ipv6) append_new(servers, ipv6_dns_servers(ipv6_speakers(network, own, intent), settings));
  return servers;
}

bool is_default(const InterfaceRoute& route) {
  return route.destination.length() == 0;
}

}  // namespace

Result<PodPlan> plan_pod(const model::Intent& intent, const model::Port& port, const PodInterface& interface,
                         const cni::NetworkConfig& config, const NodeFacts& node) {
  auto network = intent.find<model::Network>(port.network);
  if (!network)
    return fail(Errc::kNotFound, "network " + port.network.to_string() + " is gone", "NetworkNotFound");
  PodPlan plan;
  plan.veth = {.host_name = interface.host_name(),
               .host_mtu = node.underlay_mtu,
               .netns = interface.sandbox,
               .ifname = interface.ifname,
               .mac = port.mac,
               .mtu = network->mtu,
               .checksum_offload = !node.userspace_datapath};
  const auto own = intent.fixed_ips(port.id);
  plan.dns_domain = domain_of(port, *network, node.dhcp);
  plan.nameservers = dns_servers(network->id, own, intent, node.dhcp);
  for (const auto& address : own) {
    auto subnet = intent.find<model::Subnet>(address.subnet);
    if (!subnet) continue;
    add_neighbours(plan, *subnet, own, intent);
    add_subnet(plan, *subnet, address.ip, config.default_route);
  }
  if (config.default_route && std::ranges::none_of(plan.veth.routes, is_default)) {
    return cni::invalid(
        cni::kInvalidNetworkConfig,
        "\"default_route\": no subnet of the port has a gateway address (network " + network->name + ")");
  }
  return plan;
}

cni::Wiring wiring_of(const PodPlan& plan, const MacAddress& host_mac) {
  cni::Wiring wiring;
  wiring.host = {.name = plan.veth.host_name, .mac = host_mac};
  wiring.container = {.name = plan.veth.ifname, .mac = plan.veth.mac, .sandbox = plan.veth.netns};
  wiring.ips = plan.ips;
  for (const auto& route : plan.veth.routes) wiring.routes.push_back({route.destination, route.gateway});
  wiring.nameservers = plan.nameservers;
  wiring.dns_domain = plan.dns_domain;
  return wiring;
}

}  // namespace weft::agent
