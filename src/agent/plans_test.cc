#include <gtest/gtest.h>

#include "agent/config.h"
#include "agent/interest.h"
#include "agent/tunnels.h"

namespace weft::agent {
namespace {

IpAddress address(const char* text) {
  return *IpAddress::parse(text);
}

fabric::NodeFacts self_at(std::vector<IpAddress> tunnel_ips) {
  return {.name = "worker1", .tunnel_ips = std::move(tunnel_ips)};
}

model::Node node_at(const std::string& name, std::vector<IpAddress> tunnel_ips) {
  model::Node node;
  node.id = Uuid::random();
  node.name = name;
  node.tunnel_ips = std::move(tunnel_ips);
  return node;
}

SwitchInterface tunnel_interface(const std::string& name, const std::string& peer, int ofport) {
  SwitchInterface interface;
  interface.name = name;
  interface.type = "vxlan";
  interface.ofport = ofport;
  interface.external_ids = {{"weft-peer", peer}};
  return interface;
}

TEST(TunnelName, FitsTheKernelAndTellsTheAddress) {
  EXPECT_EQ(tunnel_name(model::Encapsulation::kVxlan, address("10.0.0.1")), "vx-0a000001");
  EXPECT_EQ(tunnel_name(model::Encapsulation::kGeneve, address("fd00::1")).size(), 15U);
}

TEST(TunnelPlan, LingersWhenNobodyWantsItAndGoesWithItsPeer) {
  model::Intent intent;
  auto peer = node_at("worker2", {address("10.0.0.2")});
  intent.put(peer);
  SwitchInterfaces interfaces{{"vx-0a000002", tunnel_interface("vx-0a000002", "worker2", 5)}};
  auto lingering = plan_tunnels({}, interfaces, intent, self_at({address("10.0.0.1")}));
  EXPECT_TRUE(lingering.ports.contains("vx-0a000002"));
  EXPECT_EQ(lingering.usable.front().ofport, 5U);
  intent.erase<model::Node>(peer.id);
  auto gone = plan_tunnels({}, interfaces, intent, self_at({address("10.0.0.1")}));
  EXPECT_TRUE(gone.ports.empty());
  EXPECT_EQ(gone.unwanted, std::set<std::string>{"vx-0a000002"});
}

TEST(TunnelPlan, PeerThatMovedGetsANewTunnel) {
  model::Intent intent;
  intent.put(node_at("worker2", {address("10.0.0.3")}));
  SwitchInterfaces interfaces{{"vx-0a000002", tunnel_interface("vx-0a000002", "worker2", 5)}};
  auto plan = plan_tunnels({}, interfaces, intent, self_at({address("10.0.0.1")}));
  EXPECT_EQ(plan.ports.at("vx-0a000003").remote_ip, "10.0.0.3");
  EXPECT_TRUE(plan.unwanted.contains("vx-0a000002"));
  EXPECT_TRUE(plan.usable.empty()) << "the switch has not made it yet";
}

const auto kV4 = address("192.0.2.1"), kV6 = address("2001:db8::1");

/// Where worker1, with these addresses, reaches a peer with those: "local remote", or "" for nowhere.
std::string way(std::vector<IpAddress> local, const std::string& peer, std::vector<IpAddress> remote) {
  model::Intent intent;
  intent.put(node_at(peer, std::move(remote)));
  auto plan = plan_tunnels({{model::Encapsulation::kVxlan, peer}}, {}, intent, self_at(std::move(local)));
  if (plan.ports.empty()) return {};
  const auto& tunnel = plan.ports.begin()->second;
  return tunnel.local_ip + " " + tunnel.remote_ip;
}

TEST(TunnelPlan, NodesMeetInAVersionThatBothHave) {
  auto peer4 = address("192.0.2.2"), peer6 = address("2001:db8::2");
  EXPECT_EQ(way({kV4, kV6}, "worker2", {peer4}), "192.0.2.1 192.0.2.2");
  EXPECT_EQ(way({kV4, kV6}, "worker2", {peer6}), "2001:db8::1 2001:db8::2");
  EXPECT_EQ(way({kV4}, "worker2", {peer6}), "") << "no version in common";
}

TEST(TunnelPlan, NodesWithBothVersionsFollowTheOrderOfTheFirstName) {
  auto peer4 = address("192.0.2.2"), peer6 = address("2001:db8::2");
  EXPECT_EQ(way({kV6, kV4}, "worker2", {peer4, peer6}), "2001:db8::1 2001:db8::2");
  EXPECT_EQ(way({kV4, kV6}, "worker2", {peer6, peer4}), "192.0.2.1 192.0.2.2");
  EXPECT_EQ(way({kV4, kV6}, "worker0", {peer6, peer4}), "2001:db8::1 2001:db8::2");
}

TEST(Interest, IsWhatThePortsOfThisNodeNeed) {
  model::Intent intent;
  model::Port here, there;
  here.id = Uuid::random();
  here.network = Uuid::random();
  here.host = "worker1";
  there = here;
  there.id = Uuid::random();
  there.network = Uuid::random();
  there.host = "worker2";
  intent.put(here);
  intent.put(there);
  model::GroupMember member{
      .id = Uuid::random(), .group = Uuid::random(), .port = here.id, .network = here.network};
  intent.put(member);
  Claims claims{{"tap0", Claim{.port = Uuid::random(), .interface = "tap0"}}};
  auto pinned = Uuid::random();
  BoundNeeds bound(intent, "worker1");
  bound.intent_changed({model::ChangeOf<model::Port>{.after = intent.find<model::Port>(here.id)},
                        model::ChangeOf<model::Port>{.after = intent.find<model::Port>(there.id)}});
  auto interest = wanted_interest(bound, intent, "worker1", claims, {{pinned, 1}});
  EXPECT_EQ(interest.networks, (std::set<Uuid>{here.network, pinned}));
  EXPECT_EQ(interest.groups, std::set<Uuid>{member.group});
  EXPECT_EQ(interest.ports, std::set<Uuid>{claims.at("tap0").port});
}

TEST(Config, NamesTheSettingThatIsWrong) {
  Config config;
  auto wrong = read_toml("openflow-port = 'x'", config);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, "setting 'openflow-port': must be a number from 1 to 65535");
  EXPECT_EQ(read_toml("colour = 'red'", config).error().message, "setting 'colour': is not known");
  EXPECT_EQ(read_toml("max-connections-per-port = -1", config).error().message,
            "setting 'max-connections-per-port': must be a number from 0 to 2147483647");
  EXPECT_EQ(complete(config).error().message, "setting 'node': is required: the name of this node");
}

TEST(Config, ANodeHasOneTunnelAddressOfEachVersion) {
  Config config;
  ASSERT_TRUE(read_toml("node = 'n'\nstore = 'unix:s'\ntunnel-ip = ['2001:db8::1', '192.0.2.1']", config));
  ASSERT_TRUE(complete(config));
  EXPECT_EQ(config.tunnel_ips, (std::vector{kV6, kV4}));
  EXPECT_EQ(config.diagnostics, "tcp:[2001:db8::1]:9697");
  EXPECT_EQ(read_toml("tunnel-ip = ['192.0.2.1', '192.0.2.2']", config).error().message,
            "setting 'tunnel-ip': '192.0.2.2' is the second address of its IP version");
}

TEST(Config, SaysWhatDhcpTellsWhereTheIntentDoesNot) {
  Config config;
  EXPECT_EQ(config.dhcp.dns_domain, "openstacklocal");
  ASSERT_TRUE(
      read_toml("dhcp-lease-seconds = 4294967295\ndns-domain = 'example.org'\n"
                "dns-servers = ['192.0.2.53', '2001:db8::53']\nntp-servers = '192.0.2.123'",
                config));
  EXPECT_EQ(config.dhcp.lease_seconds, kInfiniteLease);
  EXPECT_EQ(config.dhcp.dns_domain, "example.org");
  EXPECT_EQ(config.dhcp.dns_servers, (std::vector{address("192.0.2.53"), address("2001:db8::53")}));
  EXPECT_EQ(config.dhcp.ntp_servers, (std::vector{address("192.0.2.123")}));
  EXPECT_EQ(read_toml("dns-servers = 'ns.example'", config).error().message,
            "setting 'dns-servers': 'ns.example' is no IP address");
  EXPECT_EQ(read_toml("dhcp-lease-seconds = 0", config).error().message,
            "setting 'dhcp-lease-seconds': must be a number from 1 to 4294967295");
}

TEST(Config, FlagsWinAndDiagnosticsFollowTheTunnelAddress) {
  const char* argv[] = {"weft-agent",        "--node",      "n",        "--store",
                        "tcp:10.0.0.9:6641", "--tunnel-ip", "10.0.0.1", "--bridge-mapping",
                        "ext:br-up"};
  auto config = load_config(9, argv);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->diagnostics, "tcp:10.0.0.1:9697");
  EXPECT_EQ(config->bridge_mappings, (std::map<std::string, std::string>{{"ext", "br-up"}}));
}

}  // namespace
}  // namespace weft::agent
