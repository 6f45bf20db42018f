// The invariant of incremental compilation: whatever happened, in whatever order and grouping, the flows are
// those that a compiler makes that sees the final state only.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "fabric/example_world.h"
#include "fabric/identity.h"
#include "fabric/pipeline.h"

namespace weft::fabric {
namespace {

using model::Direction;
using model::Encapsulation;

/// Two group ids of one hash, so that key collisions are part of the game.
std::vector<Uuid> colliding_groups() {
  std::unordered_map<std::uint32_t, Uuid> seen;
  for (std::uint32_t n = 1;; ++n) {
    Uuid id;
    for (int i = 0; i < 4; ++i)
      id.bytes[static_cast<std::size_t>(i * 5)] = static_cast<std::uint8_t>(n * 2654435761u >> i * 8);
    auto [it, is_new] = seen.try_emplace(GroupKeys::hash_of(id), id);
    if (!is_new && it->second != id) return {it->second, id};
  }
}

/// A world to which random things happen, with a compiler that is told of each.
class Chaos {
 public:
  explicit Chaos(unsigned seed) : random_(seed), compiler_(world_.intent(), {.name = "worker1"}) {
    networks_ = {world_.network("a", Encapsulation::kVxlan, 100),
                 world_.network("b", Encapsulation::kGeneve, 100),
                 world_.network("c", Encapsulation::kVxlan, 7)};
    for (const auto& network : networks_) {
      subnets_.push_back(world_.subnet(network, "10.0.0.0/24"));
      subnets_.push_back(world_.subnet(network, "2001:db8::/64"));
    }
    static const std::vector<Uuid> kColliding = colliding_groups();
    groups_ = kColliding;
    for (int i = 0; i < 3; ++i) groups_.push_back(world_.default_group("g" + std::to_string(i)));
    addresses_ = world_.address_group("offices");
    tell();
  }

  void step() {
    switch (below(20)) {
      case 0:
      case 1:
        return add_port();
      case 2:
        return erase_port();
      case 3:
        return edit_port();
      case 4:
        return edit_network();
      case 5:
        return add_rule();
      case 6:
        return erase_one<model::SecurityGroupRule>();
      case 7:
        return join_group();
      case 8:
        return erase_one<model::GroupMember>();
      case 9:
        return change_addresses();
      case 10:
        return change_tunnel();
      case 11:
        return toggle_dhcp();
      case 12:
        return unplug();
      case 13:
        return add_entry();
      case 14:
        return erase_one<model::AddressGroupEntry>();
      case 15:
        return toggle_stateful();
      case 16:
        return change_ipv6_modes();
      case 17:
        return change_mtu();
      case 18:
        return toggle_distributed_port();
      default:
        return plug();
    }
  }

  /// Changes are told in batches of any size, and compiled after any number of batches.
  void maybe_compile() {
    if (below(2)) tell();
    if (below(3) == 0) compile();
  }

  void compile() {
    tell();
    compiler_.compile();
  }

  std::string incremental() const { return text(compiler_); }

  std::string from_scratch() const {
    Compiler fresh(world_.intent(), {.name = "worker1"});
    for (const auto& [key, ofport] : tunnels_) fresh.add_tunnel({key.first, key.second, ofport});
    for (const auto& [port, local] : plugged_) fresh.plug(local);
    fresh.compile();
    EXPECT_EQ(fresh.wanted_tunnels(), compiler_.wanted_tunnels());
    EXPECT_EQ(fresh.difference({}).set_meters, compiler_.difference({}).set_meters);
    return text(fresh);
  }

 private:
  static std::string text(const Compiler& compiler) {
    std::string all;
    for (const auto& flow : compiler.desired()) {
      all += table_name(flow.key.table) + ' ' + openflow::to_text(flow, true, table_name) + '\n';
    }
    return all;
  }

  std::uint32_t below(std::uint32_t n) {
    return std::uniform_int_distribution<std::uint32_t>(0, n - 1)(random_);
  }
  template <typename T>
  const T& one_of(const std::vector<T>& choices) {
    return choices[below(static_cast<std::uint32_t>(choices.size()))];
  }
  std::string some_host() { return one_of<std::string>({"worker1", "worker1", "worker2", "worker3", ""}); }
  std::string some_ip() {
    const auto host = std::to_string(2 + below(20));
    return below(3) ? "10.0.0." + host : "2001:db8::" + host;
  }

  /// Any row of a type; rows are in no order, so the choice goes by id to be repeatable.
  template <typename T>
  std::optional<Uuid> any() {
    std::vector<Uuid> ids;
    for (const auto& [id, row] : world_.intent().all<T>()) ids.push_back(id);
    if (ids.empty()) return std::nullopt;
    std::sort(ids.begin(), ids.end());
    return one_of(ids);
  }

  void tell() { compiler_.intent_changed(world_.take_changes()); }

  void add_port() {
    World::PortSpec spec{.network = one_of(networks_), .addresses = {some_ip()}, .host = some_host()};
    if (below(3)) spec.groups = {one_of(groups_)};
    spec.port_security = below(6) != 0;
    if (below(4) == 0) spec.pairs = {{.mac = {}, .ip = *IpPrefix::parse("172.16.0.0/16")}};
    const Uuid port = world_.port(spec);
    if (spec.host == "worker1" && below(4)) plug(port);
  }

  void erase_port() {
    const auto port = any<model::Port>();
    if (!port) return;
    if (below(4) == 0) return world_.erase<model::Port>(*port);  // its other rows follow later, or never
    world_.erase_port(*port);
  }

  void edit_port() {
    const auto port = any<model::Port>();
    if (!port) return;
    world_.edit<model::Port>(*port, [&](model::Port& row) {
      switch (below(6)) {
        case 0:
          row.host = some_host();
          break;
        case 1:
          row.admin_state_up = !row.admin_state_up;
          break;
        case 2:
          row.port_security_enabled = !row.port_security_enabled;
          break;
        case 3:
          row.allowed_address_pairs = {{.mac = {}, .ip = *IpPrefix::parse(some_ip())}};
          break;
        case 4:
          row.extra_dhcp_opts = {{"dhcp_disabled", below(2) ? "true" : "false", IpVersion::kV6}};
          break;
        default:
          row.name = "renamed";
          break;
      }
    });
  }

  void edit_network() {
    const Uuid id = one_of(networks_);
    if (auto gone = std::find_if(lost_.begin(), lost_.end(), [&](const auto& row) { return row.id == id; });
        gone != lost_.end()) {
      world_.put(*gone);
      lost_.erase(gone);
    } else if (below(3) == 0) {
      lost_.push_back(*world_.intent().find<model::Network>(id));
      world_.erase<model::Network>(id);
    } else {
      world_.edit<model::Network>(id, [](model::Network& row) { row.admin_state_up = !row.admin_state_up; });
    }
  }

  void add_rule() {
    World::RuleSpec spec{.direction = below(2) ? Direction::kEgress : Direction::kIngress};
    if (below(2)) spec.protocol = 6, spec.port_min = 80 + static_cast<int>(below(3));
    if (below(2))
      spec.remote = one_of(groups_);
    else if (below(2))
      spec.remote_addresses = addresses_;
    world_.rule(one_of(groups_), spec);
  }

  void add_entry() { world_.entry(addresses_, some_ip() + "/32"); }

  void toggle_stateful() {
    const Uuid group = one_of(groups_);
    if (!world_.intent().find<model::SecurityGroup>(group)) return;  // a row that has not come
    world_.edit<model::SecurityGroup>(group, [](model::SecurityGroup& row) { row.stateful = !row.stateful; });
  }

  void join_group() {
    if (const auto port = any<model::Port>()) world_.join(*port, one_of(groups_));
  }

  void change_addresses() {
    if (below(2)) return erase_one<model::Address>();
    const auto port = any<model::Port>();
    if (!port) return;
    world_.put(model::Address{.id = Uuid{{0xad, static_cast<std::uint8_t>(below(250))}},
                              .network = {},
                              .subnet = {},
                              .port = *port,
                              .ip = *IpAddress::parse(some_ip())});
  }

  void change_tunnel() {
    const std::pair key{below(2) ? Encapsulation::kVxlan : Encapsulation::kGeneve,
                        std::string(below(2) ? "worker2" : "worker3")};
    if (tunnels_.erase(key)) return compiler_.remove_tunnel(key.first, key.second);
    tunnels_[key] = 1000 + below(100);
    compiler_.add_tunnel({key.first, key.second, tunnels_[key]});
  }

  void change_ipv6_modes() {
    world_.edit<model::Subnet>(one_of(subnets_), [&](model::Subnet& row) {
      row.ipv6_ra_mode = below(2) ? std::optional(model::Ipv6Mode::kSlaac) : std::nullopt;
      row.ipv6_address_mode = below(2) ? std::optional(model::Ipv6Mode::kDhcpv6Stateful) : std::nullopt;
    });
  }

  void change_mtu() {
    const Uuid id = one_of(networks_);
    if (!world_.intent().find<model::Network>(id)) return;
    world_.edit<model::Network>(id,
                                [&](model::Network& row) { row.mtu = 1400 + static_cast<int>(below(3)); });
  }

  void toggle_distributed_port() {
    const Uuid subnet = one_of(subnets_);
    if (const auto port = world_.intent().distributed_port_of(subnet)) return world_.erase_port(port->id);
    world_.distributed_port(subnet, some_ip());
  }

  void toggle_dhcp() {
    world_.edit<model::Subnet>(one_of(subnets_),
                               [](model::Subnet& row) { row.enable_dhcp = !row.enable_dhcp; });
  }

  void plug() {
    if (const auto port = any<model::Port>()) plug(*port);
  }
  void plug(const Uuid& port) {
    const auto n = static_cast<std::uint16_t>(1 + below(500));
    plugged_[port] = {.port = port, .interface = "tap", .ofport = n, .zone = n};
    compiler_.plug(plugged_[port]);
  }
  void unplug() {
    if (plugged_.empty()) return;
    auto it = std::next(plugged_.begin(), below(static_cast<std::uint32_t>(plugged_.size())));
    compiler_.unplug(it->first);
    plugged_.erase(it);
  }

  template <typename T>
  void erase_one() {
    if (const auto id = any<T>()) world_.erase<T>(*id);
  }

  std::mt19937 random_;
  World world_;
  Compiler compiler_;
  std::vector<Uuid> networks_, subnets_, groups_;
  Uuid addresses_;
  std::vector<model::Network> lost_;
  std::map<Uuid, LocalPort> plugged_;
  std::map<std::pair<Encapsulation, std::string>, std::uint32_t> tunnels_;
};

TEST(CompilerProperty, IncrementalEqualsFromScratch) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    Chaos chaos(seed);
    for (int step = 0; step < 120; ++step) {
      chaos.step();
      chaos.maybe_compile();
      if (step % 4 != 3) continue;
      chaos.compile();
      ASSERT_EQ(chaos.incremental(), chaos.from_scratch()) << "seed " << seed << " step " << step;
    }
  }
}

}  // namespace
}  // namespace weft::fabric
