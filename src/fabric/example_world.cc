#include "fabric/example_world.h"

#include <fmt/format.h>

#include "fabric/pipeline.h"
#include "model/subnet_services.h"

namespace weft::fabric {

using model::Direction;
using model::Encapsulation;

Uuid World::next_id(Kind kind) {
  return *Uuid::parse(fmt::format("00000000-0000-4000-80{:02x}-{:012x}", static_cast<int>(kind), ++next_));
}

Uuid World::network(const std::string& name, Encapsulation encapsulation, int vni) {
  model::Network network;
  network.id = next_id(Kind::kNetwork);
  network.name = name;
  network.encapsulation = encapsulation;
  network.vni = vni;
  put(network);
  return network.id;
}

Uuid World::subnet(const Uuid& network, const std::string& cidr, bool dhcp) {
  model::Subnet subnet;
  subnet.id = next_id(Kind::kSubnet);
  subnet.network = network;
  subnet.cidr = *IpPrefix::parse(cidr);
  subnet.enable_dhcp = dhcp;
  put(subnet);
  return subnet.id;
}

Uuid World::group(const std::string& name, bool stateful) {
  model::SecurityGroup group;
  group.id = next_id(Kind::kGroup);
  group.name = name;
  group.stateful = stateful;
  put(group);
  return group.id;
}

Uuid World::address_group(const std::string& name) {
  model::AddressGroup group;
  group.id = next_id(Kind::kAddressGroup);
  group.name = name;
  put(group);
  return group.id;
}

Uuid World::entry(const Uuid& address_group, const std::string& prefix) {
  const Uuid id = next_id(Kind::kEntry);
  put(model::AddressGroupEntry{id, address_group, *IpPrefix::parse(prefix)});
  return id;
}

Uuid World::rule(const Uuid& group, const RuleSpec& spec) {
  model::SecurityGroupRule rule;
  rule.id = next_id(Kind::kRule);
  rule.group = group;
  rule.direction = spec.direction;
  rule.ethertype = spec.ethertype;
  rule.protocol = spec.protocol;
  rule.port_range_min = spec.port_min;
  rule.port_range_max = spec.port_max;
  if (!spec.prefix.empty()) rule.remote_prefix = IpPrefix::parse(spec.prefix);
  rule.remote_group = spec.remote;
  rule.remote_address_group = spec.remote_addresses;
  put(rule);
  return rule.id;
}

Uuid World::default_group(const std::string& name) {
  const Uuid id = group(name);
  for (auto version : {IpVersion::kV4, IpVersion::kV6}) {
    rule(id, {.direction = Direction::kEgress, .ethertype = version});
    rule(id, {.direction = Direction::kIngress, .ethertype = version, .remote = id});
  }
  return id;
}

Uuid World::port(const PortSpec& spec) {
  model::Port port;
  port.id = next_id(Kind::kPort);
  port.name = spec.name;
  port.network = spec.network;
  port.mac = MacAddress::from_u64(0xfa163e000000 + ++macs_);
  port.host = spec.host;
  port.port_security_enabled = spec.port_security;
  port.allowed_address_pairs = spec.pairs;
  put(port);
  for (const auto& ip : spec.addresses) {
    put(model::Address{.id = next_id(Kind::kAddress),
                       .network = spec.network,
                       .subnet = {},
                       .port = port.id,
                       .ip = *IpAddress::parse(ip)});
  }
  for (const auto& group : spec.groups) join(port.id, group);
  return port.id;
}

Uuid World::distributed_port(const Uuid& subnet, const std::string& address) {
  const Uuid network = intent_.find<model::Subnet>(subnet)->network;
  const Uuid id = port({.network = network, .addresses = {address}, .host = "", .port_security = false});
  edit<model::Port>(id, [&](model::Port& row) {
    row.device_owner = model::kDistributedOwner;
    row.device_id = model::distributed_device_id(subnet);
  });
  return id;
}

Uuid World::join(const Uuid& port, const Uuid& group) {
  const Uuid id = next_id(Kind::kMember);
  put(model::GroupMember{id, group, port, intent_.find<model::Port>(port)->network});
  return id;
}

void World::erase_port(const Uuid& id) {
  const model::IdSet addresses = intent_.addresses_of_port(id), members = intent_.memberships_of_port(id);
  for (const auto& address : addresses) erase<model::Address>(address);
  for (const auto& member : members) erase<model::GroupMember>(member);
  erase<model::Port>(id);
}

NodeFacts facts_of(std::string name) {
  return {.name = std::move(name), .tunnel_ips = {*IpAddress::parse("192.0.2.1")}};
}

ExampleWorld::ExampleWorld() : compiler(world.intent(), facts_of("worker1")) {
  blue = world.network("blue", Encapsulation::kVxlan, 100);
  green = world.network("green", Encapsulation::kGeneve, 100);
  blue4 = world.subnet(blue, "10.0.0.0/24");
  blue6 = world.subnet(blue, "2001:db8::/64");
  world.edit<model::Subnet>(blue6, [](model::Subnet& row) {
    row.ipv6_ra_mode = row.ipv6_address_mode = model::Ipv6Mode::kDhcpv6Stateful;
  });
  world.subnet(green, "10.0.0.0/24");
  standard = world.default_group("default");
  web = world.group("web");
  world.rule(web, {.protocol = 6, .port_min = 80});
  world.rule(web, {.protocol = 1, .prefix = "10.0.0.0/25"});
  world.rule(web, {.protocol = 6, .port_min = 8000, .port_max = 8009, .remote = standard});
  world.rule(web, {.direction = Direction::kEgress, .protocol = 17, .port_min = 53});
  world.rule(web, {.direction = Direction::kEgress, .protocol = 6, .port_min = 5432, .remote = web});
  offices = world.address_group("offices");
  world.entry(offices, "192.0.2.0/24");
  world.rule(web, {.protocol = 6, .port_min = 22, .remote_addresses = offices});
  fast = world.group("fast", false);
  world.rule(fast, {.direction = Direction::kEgress});
  world.rule(fast, {.protocol = 17, .port_min = 4789});

  alice = world.port(
      {.name = "alice",
       .network = blue,
       .addresses = {"10.0.0.11", "2001:db8::11"},
       .groups = {standard},
       .pairs = {{.mac = MacAddress::parse("00:00:5e:00:01:0a"), .ip = *IpPrefix::parse("10.0.0.100/32")}}});
  bob = world.port({.name = "bob", .network = blue, .addresses = {"10.0.0.12"}, .groups = {web}});
  carol = world.port({.name = "carol",
                      .network = blue,
                      .addresses = {"10.0.0.13", "2001:db8::13"},
                      .host = "worker2",
                      .groups = {standard}});
  dave = world.port({.name = "dave", .network = green, .addresses = {"10.0.0.12"}, .groups = {standard}});
  router = world.port({.name = "router", .network = blue, .addresses = {"10.0.0.1"}, .port_security = false});
  frank = world.port({.name = "frank", .network = blue, .addresses = {"10.0.0.15"}, .groups = {fast}});
  grace = world.port({.name = "grace", .network = blue, .addresses = {"10.0.0.16"}});

  dhcp4 = world.distributed_port(blue4, "10.0.0.2");
  dhcp6 = world.distributed_port(blue6, "2001:db8::2");

  compiler.intent_changed(world.take_changes());
  compiler.plug({.port = alice, .interface = "tap-alice", .ofport = kAlice, .zone = 1});
  compiler.plug({.port = bob, .interface = "tap-bob", .ofport = kBob, .zone = 2});
  compiler.plug({.port = dave, .interface = "tap-dave", .ofport = kDave, .zone = 3});
  compiler.plug({.port = router, .interface = "tap-router", .ofport = kRouter, .zone = 4});
  compiler.plug({.port = frank, .interface = "tap-frank", .ofport = kFrank, .zone = 5});
  compiler.plug({.port = grace, .interface = "tap-grace", .ofport = kGrace, .zone = 6});
  compiler.add_tunnel({.encapsulation = Encapsulation::kVxlan, .node = "worker2", .ofport = kVxlanToWorker2});
  compiler.add_tunnel(
      {.encapsulation = Encapsulation::kGeneve, .node = "worker2", .ofport = kGeneveToWorker2});
  compiler.compile();
}

std::string render(const std::vector<openflow::Flow>& flows) {
  std::string text;
  for (const auto& flow : flows) {
    text +=
        fmt::format("table={} {}\n", table_name(flow.key.table), openflow::to_text(flow, false, table_name));
  }
  return text;
}

}  // namespace weft::fabric
