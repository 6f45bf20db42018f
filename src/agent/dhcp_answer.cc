// For tests: answers DHCPv4 frames on standard input as an agent would, without switch and store. The first
// line is what the intent has, as JSON; each further one is a frame in hex. Each answer is a line: the
// outcome, and the frame in hex if there is one.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <iostream>

#include "agent/dhcp_responder.h"
#include "model/subnet_services.h"

namespace {

using namespace weft;
namespace json = boost::json;

std::string text(const json::value& value) {
  return std::string(value.as_string());
}

IpAddress address(const json::value& value) {
  return IpAddress::parse(value.as_string()).value();
}

MacAddress mac(const json::value& value) {
  return MacAddress::parse(value.as_string()).value();
}

/// One network with one port of interest; `subnets`, `port` and `network` as the API names their attributes.
struct World {
  explicit World(const json::object& world) {
    network.id = port.network = Uuid::random();
    network.mtu = static_cast<int>(world.at("mtu").as_int64());
    network.dns_domain = text(world.at("dns_domain"));
    intent.put(network);
    port.id = Uuid::random();
    port.mac = mac(world.at("mac_address"));
    port.dns_name = text(world.at("dns_name"));
    for (const auto& option : world.at("extra_dhcp_opts").as_array())
      port.extra_dhcp_opts.push_back({text(option.at("opt_name")), text(option.at("opt_value"))});
    intent.put(port);
    for (const auto& subnet : world.at("subnets").as_array()) add_subnet(subnet.as_object());
  }

  void add_subnet(const json::object& described) {
    model::Subnet subnet;
    subnet.id = Uuid::random();
    subnet.network = network.id;
    subnet.cidr = IpPrefix::parse(described.at("cidr").as_string()).value();
    subnet.gateway_ip = address(described.at("gateway_ip"));
    for (const auto& server : described.at("dns_nameservers").as_array())
      subnet.dns_nameservers.push_back(address(server));
    for (const auto& route : described.at("host_routes").as_array())
      subnet.host_routes.push_back(
          {IpPrefix::parse(route.at("destination").as_string()).value(), address(route.at("nexthop"))});
    intent.put(subnet);
    model::Port server;
    server.id = Uuid::random();
    server.network = network.id;
    server.mac = mac(described.at("server_mac"));
    server.device_owner = model::kDistributedOwner;
    server.device_id = model::distributed_device_id(subnet.id);
    intent.put(server);
    give(server.id, subnet.id, address(described.at("server")));
    if (described.contains("fixed_ip")) give(port.id, subnet.id, address(described.at("fixed_ip")));
  }

  void give(const Uuid& owner, const Uuid& subnet, const IpAddress& ip) {
    intent.put(model::Address{Uuid::random(), network.id, subnet, owner, ip});
  }

  model::Intent intent;
  model::Network network;
  model::Port port;
};

net::Frame frame_of(std::string_view hex) {
  net::Frame frame;
  for (std::size_t at = 0; at + 1 < hex.size(); at += 2)
    frame.push_back(static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(at, 2)), nullptr, 16)));
  return frame;
}

}  // namespace

int main() {
  std::string line;
  std::getline(std::cin, line);
  const World world(json::parse(line).as_object());
  const auto leases = agent::leases_of(world.port.id, world.intent, {});
  while (std::getline(std::cin, line)) {
    const auto answer = agent::answer_dhcp(frame_of(line), leases);
    std::cout << to_string(answer.outcome) << ' ';
    for (auto byte : answer.frame) std::cout << fmt::format("{:02x}", byte);
    std::cout << std::endl;
  }
}
