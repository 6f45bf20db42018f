#include "reference/random_services.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "model/subnet_services.h"
#include "net/eui64.h"

namespace weft::reference {
namespace {

using Mode = std::optional<model::Ipv6Mode>;

constexpr int kMtus[] = {1450, 1450, 1430, 1400, 1280};
constexpr Mode kSlaac = model::Ipv6Mode::kSlaac, kStateless = model::Ipv6Mode::kDhcpv6Stateless,
               kStateful = model::Ipv6Mode::kDhcpv6Stateful, kNone = std::nullopt;
/// For advertisements and for addresses: the pairs that Neutron takes.
constexpr std::pair<Mode, Mode> kModes[] = {
    {kNone, kNone},     {kNone, kNone},     {kSlaac, kSlaac},       {kStateless, kStateless},
    {kNone, kSlaac},    {kSlaac, kNone},    {kNone, kStateless},    {kStateless, kNone},
    {kNone, kStateful}, {kStateful, kNone}, {kStateful, kStateful}, {kStateful, kStateful}};

void add_subnet(NodeWorld& w, const Uuid& network, std::string_view cidr, Dice& dice) {
  model::Subnet subnet;
  subnet.id = random_id(dice);
  subnet.network = network;
  subnet.cidr = *IpPrefix::parse(cidr);
  subnet.enable_dhcp = !dice.one_in(4);
  const bool v6 = subnet.cidr.version() == IpVersion::kV6;
  if (v6 && subnet.enable_dhcp) std::tie(subnet.ipv6_ra_mode, subnet.ipv6_address_mode) = dice.pick(kModes);
  w.world.put(subnet);
  if (subnet.enable_dhcp) serve(w, subnet.id);
}

Uuid any_subnet(const NodeWorld& w, Dice& dice) {
  std::vector<Uuid> ids;
  for (const auto& [id, subnet] : w.intent().all<model::Subnet>()) ids.push_back(id);
  std::sort(ids.begin(), ids.end());
  return dice.pick(ids);
}

model::ExtraDhcpOption random_option(Dice& dice) {
  const auto version = dice.one_in(2) ? IpVersion::kV4 : IpVersion::kV6;
  if (dice.one_in(4)) return {.name = "dhcp_disabled", .value = "false", .version = version};
  if (dice.one_in(4)) return {.name = "bootfile-name", .value = "true", .version = version};
  return {.name = "dhcp_disabled", .value = dice.one_in(2) ? "true" : "True", .version = version};
}

Change another_mtu(const NodeWorld& w, Dice& dice) {
  const Uuid network = dice.pick(w.networks);
  const int mtu = dice.pick(kMtus);
  return {fmt::format("{} has an MTU of {}", w.intent().find<model::Network>(network)->name, mtu),
          [network, mtu](NodeWorld& world) {
            world.world.edit<model::Network>(network, [mtu](model::Network& n) { n.mtu = mtu; });
          }};
}

Change switched_dhcp(const NodeWorld& w, Dice& dice) {
  const Uuid id = any_subnet(w, dice);
  const auto subnet = w.intent().find<model::Subnet>(id);
  return {fmt::format("DHCP of {} in {} is switched", subnet->cidr.to_string(),
                      w.intent().find<model::Network>(subnet->network)->name),
          [id](NodeWorld& world) {
            world.world.edit<model::Subnet>(id, [](model::Subnet& s) { s.enable_dhcp = !s.enable_dhcp; });
            world.intent().find<model::Subnet>(id)->enable_dhcp ? serve(world, id) : stop_serving(world, id);
          }};
}

Change other_options(const NodeWorld& w, Dice& dice) {
  const Uuid port = dice.pick(w.ports);
  return {fmt::format("{} has other DHCP options", w.intent().find<model::Port>(port)->name),
          [port, option = random_option(dice)](NodeWorld& world) {
            world.world.edit<model::Port>(port, [&](model::Port& p) {
              if (p.extra_dhcp_opts.empty())
                p.extra_dhcp_opts.push_back(option);
              else
                p.extra_dhcp_opts.clear();
            });
          }};
}

}  // namespace

IpAddress address_in(const model::Subnet& subnet, int host) {
  IpAddress address = subnet.cidr.first();
  for (; host > 0; --host) address = address.next();
  return address;
}

void serve(NodeWorld& w, const Uuid& id) {
  const auto subnet = w.intent().find<model::Subnet>(id);
  model::Port port;
  port.id = id;
  port.name = fmt::format("services of {}", subnet->cidr.to_string());
  port.network = subnet->network;
  port.mac = MacAddress::from_u64(0xfa163e010000 + id.bytes[14] * 256U + id.bytes[15]);
  port.device_owner = model::kDistributedOwner;
  port.device_id = model::distributed_device_id(id);
  w.world.put(port);
  const bool automatic = model::has_auto_addresses(*subnet);
  w.world.put(model::Address{
      .id = id,
      .network = subnet->network,
      .subnet = id,
      .port = id,
      .ip = automatic ? eui64_address(subnet->cidr, port.mac) : address_in(*subnet, kServiceHost)});
  w.distributed.push_back(id);
}

void stop_serving(NodeWorld& w, const Uuid& subnet) {
  w.world.erase_port(subnet);
  std::erase(w.distributed, subnet);
}

void add_subnets(NodeWorld& w, const Uuid& network, Dice& dice) {
  const int mtu = dice.pick(kMtus);
  w.world.edit<model::Network>(network, [mtu](model::Network& n) { n.mtu = mtu; });
  add_subnet(w, network, "10.0.0.0/24", dice);
  if (!dice.one_in(4)) add_subnet(w, network, "2001:db8::/64", dice);
  if (dice.one_in(4)) add_subnet(w, network, "2001:db8:1::/64", dice);
}

void add_addresses(NodeWorld& w, const Uuid& id, int host, Dice& dice) {
  const auto port = w.intent().find<model::Port>(id);
  std::map<IpPrefix, Uuid> subnets;
  for (const auto& subnet : w.intent().subnets_of(port->network))
    subnets.emplace(w.intent().find<model::Subnet>(subnet)->cidr, subnet);
  for (const auto& [cidr, subnet_id] : subnets) {
    const auto subnet = w.intent().find<model::Subnet>(subnet_id);
    const bool automatic = model::has_auto_addresses(*subnet);
    if (cidr.version() == IpVersion::kV6 && !automatic && dice.one_in(2)) continue;
    w.world.put(model::Address{.id = random_id(dice),
                               .network = port->network,
                               .subnet = subnet_id,
                               .port = id,
                               .ip = automatic ? eui64_address(cidr, port->mac) : address_in(*subnet, host)});
  }
}

void add_options(NodeWorld& w, const Uuid& port, Dice& dice) {
  if (!dice.one_in(6)) return;
  w.world.edit<model::Port>(port, [&](model::Port& p) { p.extra_dhcp_opts.push_back(random_option(dice)); });
}

Change random_change_of_services(const NodeWorld& w, Dice& dice) {
  switch (dice.below(3)) {
    case 0:
      return another_mtu(w, dice);
    case 1:
      return switched_dhcp(w, dice);
    default:
      return other_options(w, dice);
  }
}

}  // namespace weft::reference
