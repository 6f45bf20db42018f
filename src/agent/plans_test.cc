#include <gtest/gtest.h>

#include "agent/config.h"
#include "agent/interest.h"
#include "agent/tunnels.h"

namespace weft::agent {
namespace {

IpAddress address(const char* text) {
  return *IpAddress::parse(text);
}

model::Node node_at(const std::string& name, const char* tunnel_ip) {
  model::Node node;
  node.id = Uuid::random();
  node.name = name;
  node.tunnel_ips = {address(tunnel_ip)};
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
  auto peer = node_at("worker2", "10.0.0.2");
  intent.put(peer);
  SwitchInterfaces interfaces{{"vx-0a000002", tunnel_interface("vx-0a000002", "worker2", 5)}};
  auto lingering = plan_tunnels({}, interfaces, intent, address("10.0.0.1"));
  EXPECT_TRUE(lingering.ports.contains("vx-0a000002"));
  EXPECT_EQ(lingering.usable.front().ofport, 5U);
  intent.erase<model::Node>(peer.id);
  auto gone = plan_tunnels({}, interfaces, intent, address("10.0.0.1"));
  EXPECT_TRUE(gone.ports.empty());
  EXPECT_EQ(gone.unwanted, std::set<std::string>{"vx-0a000002"});
}

TEST(TunnelPlan, PeerThatMovedGetsANewTunnel) {
  model::Intent intent;
  intent.put(node_at("worker2", "10.0.0.3"));
  SwitchInterfaces interfaces{{"vx-0a000002", tunnel_interface("vx-0a000002", "worker2", 5)}};
  auto plan = plan_tunnels({}, interfaces, intent, address("10.0.0.1"));
  EXPECT_EQ(plan.ports.at("vx-0a000003").remote_ip, "10.0.0.3");
  EXPECT_TRUE(plan.unwanted.contains("vx-0a000002"));
  EXPECT_TRUE(plan.usable.empty()) << "the switch has not made it yet";
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
