#include "fabric/compiler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "fabric/families.h"
#include "fabric/golden_test.h"
#include "fabric/pipeline.h"
#include "fabric/registers.h"

namespace weft::fabric {
namespace {

using model::Encapsulation;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

FlowDelta feed(Compiler& compiler, World& world) {
  compiler.intent_changed(world.take_changes());
  return compiler.compile();
}

LocalPort local(const Uuid& port, std::uint32_t ofport) {
  return {.port = port,
          .interface = "tap" + std::to_string(ofport),
          .ofport = ofport,
          .zone = static_cast<std::uint16_t>(ofport)};
}

/// The flows of a node with nothing on it.
std::vector<openflow::Flow> bare_node() {
  World world;
  Compiler compiler(world.intent(), facts_of("worker1"));
  compiler.compile();
  return compiler.desired();
}

TEST(Compiler, CompilesTheExampleWorld) {
  ExampleWorld example;
  Golden().add("two networks, ports here and on worker2", example.compiler.desired()).expect("world");
}

TEST(Compiler, ANodeWithoutPortsHasTheBarePipeline) {
  ExampleWorld example;
  World world;
  Compiler compiler(example.world.intent(), facts_of("worker9"));
  compiler.compile();
  EXPECT_EQ(render(compiler.desired()), render(bare_node()));
}

TEST(Compiler, DesiredIsWhatTheDeltasAddUpTo) {
  World world;
  Compiler compiler(world.intent(), facts_of("worker1"));
  std::map<openflow::FlowKey, openflow::Flow> sw;
  auto apply = [&](const FlowDelta& delta) {
    for (const auto& key : delta.remove) EXPECT_EQ(sw.erase(key), 1u);
    for (const auto& flow : delta.add_or_replace) sw[flow.key] = flow;
    EXPECT_EQ(sw.size(), compiler.desired().size());
    for (const auto& flow : compiler.desired()) EXPECT_EQ(sw.at(flow.key), flow);
  };
  const Uuid network = world.network("n", Encapsulation::kVxlan, 1);
  const Uuid group = world.default_group("default");
  apply(feed(compiler, world));
  const Uuid port = world.port({.network = network, .addresses = {"10.0.0.2"}, .groups = {group}});
  compiler.plug(local(port, 5));
  apply(feed(compiler, world));
  world.erase_port(port);
  apply(feed(compiler, world));
  EXPECT_TRUE(compiler.compile().empty());
}

/// What one more port costs on a node that has `ports` in one network and one default group.
CompileStats cost_of_one_more(int ports, const std::string& host) {
  World world;
  Compiler compiler(world.intent(), facts_of("worker1"));
  const Uuid network = world.network("n", Encapsulation::kVxlan, 1);
  world.subnet(network, "10.0.0.0/16");
  const Uuid group = world.default_group("default");
  compiler.add_tunnel({Encapsulation::kVxlan, "worker2", 9000});
  auto add = [&](int n, const std::string& on) {
    const Uuid port =
        world.port({.network = network,
                    .addresses = {"10.0." + std::to_string(n / 250) + '.' + std::to_string(n % 250 + 1)},
                    .host = on,
                    .groups = {group}});
    if (on == "worker1") compiler.plug(local(port, static_cast<std::uint32_t>(n) + 1));
  };
  add(0, "worker2");
  for (int n = 1; n <= ports; ++n) add(n, "worker1");
  feed(compiler, world);
  add(ports + 1, host);
  const auto delta = feed(compiler, world);
  EXPECT_THAT(delta.remove, IsEmpty());
  EXPECT_LE(delta.add_or_replace.size(), compiler.last_stats().flows);
  return compiler.last_stats();
}

TEST(Compiler, OneMorePortCostsTheSameAt1AndAt1000) {
  for (const char* host : {"worker1", "worker2"}) {
    const auto at_1 = cost_of_one_more(1, host);
    EXPECT_EQ(at_1, cost_of_one_more(100, host));
    EXPECT_EQ(at_1, cost_of_one_more(1000, host));
    EXPECT_LE(at_1.units, 5u);
    EXPECT_LE(at_1.flows, 64u);
  }
}

TEST(Compiler, OneMoreMemberOfARemoteGroupIsOneMoreFlow) {
  ExampleWorld e;
  e.world.join(e.router, e.standard);
  const auto delta = feed(e.compiler, e.world);
  EXPECT_THAT(delta.add_or_replace, SizeIs(1));
  EXPECT_THAT(delta.remove, IsEmpty());
}

TEST(Compiler, OneMorePrefixOfAnAddressGroupIsOneMoreFlow) {
  ExampleWorld e;
  const Uuid entry = e.world.entry(e.offices, "198.51.100.0/24");
  EXPECT_THAT(feed(e.compiler, e.world).add_or_replace, SizeIs(1));
  e.world.erase<model::AddressGroupEntry>(entry);
  EXPECT_THAT(feed(e.compiler, e.world).remove, SizeIs(1));
}

TEST(Compiler, AGroupThatBecomesStatelessChangesItsRulesAndPorts) {
  ExampleWorld e;
  const auto before = render(e.compiler.desired());
  auto set = [&](bool stateful) {
    e.world.edit<model::SecurityGroup>(e.standard,
                                       [&](model::SecurityGroup& row) { row.stateful = stateful; });
    feed(e.compiler, e.world);
    Compiler fresh(e.world.intent(), facts_of("worker1"));
    return render(e.compiler.desired());
  };
  EXPECT_THAT(set(false), Not(HasSubstr("ct_state=+rpl+trk,in_port=11")));
  EXPECT_EQ(set(true), before);
}

TEST(Compiler, WhatAPortAnnouncedIsForgottenWithIt) {
  ExampleWorld e;
  const auto cookie = cookie_of({.kind = ObjectKind::kPort, .id = e.alice, .name = {}});
  e.world.edit<model::Port>(e.alice, [](model::Port& row) { row.name = "renamed"; });
  EXPECT_THAT(feed(e.compiler, e.world).forget, IsEmpty());
  e.world.edit<model::Port>(e.alice, [](model::Port& row) { row.allowed_address_pairs.clear(); });
  EXPECT_THAT(feed(e.compiler, e.world).forget, ElementsAre(cookie));
}

TEST(Compiler, LearnedPlacesAreKeptWhileTheirPortIsThere) {
  ExampleWorld e;
  auto learned = [](std::uint64_t cookie, std::uint32_t ofport) {
    return openflow::Flow{.key = {.table = number(Table::kPlaces), .priority = 100, .match = {}},
                          .cookie = cookie,
                          .actions = {openflow::SetField{kOutPort.field(), ofport, 0xffff}}};
  };
  const auto mine = cookie_of({.kind = ObjectKind::kPort, .id = e.alice, .name = {}});
  auto actual = e.compiler.desired();
  actual.push_back(learned(mine, ExampleWorld::kAlice));
  EXPECT_TRUE(e.compiler.difference(actual).empty());
  actual.push_back(learned(77, ExampleWorld::kAlice));
  const auto delta = e.compiler.difference(actual);
  EXPECT_THAT(delta.forget, ElementsAre(77u));
  EXPECT_THAT(delta.remove, IsEmpty());
  actual.back() = learned(mine, 99);
  EXPECT_THAT(e.compiler.difference(actual).forget, ElementsAre(mine)) << "a tunnel that went unseen";
}

TEST(Compiler, WhatOtherNodesAnnouncedIsForgottenWithTheirTunnelAndWithTheNetwork) {
  ExampleWorld e;
  auto places_of = [](const Uuid& network) {
    return cookie_of({.kind = ObjectKind::kNetwork, .id = network, .name = {}});
  };
  const Tunnel tunnel{model::Encapsulation::kVxlan, "worker2", 31};
  e.compiler.add_tunnel(tunnel);
  EXPECT_THAT(e.compiler.compile().forget, ElementsAre(places_of(e.blue))) << "another number";
  e.compiler.remove_tunnel(tunnel.encapsulation, tunnel.node);
  EXPECT_THAT(e.compiler.compile().forget, ElementsAre(places_of(e.blue)));
  e.compiler.add_tunnel(tunnel);
  EXPECT_THAT(e.compiler.compile().forget, IsEmpty()) << "nothing is behind it yet";
  e.compiler.unplug(e.dave);
  EXPECT_THAT(e.compiler.compile().forget, testing::Contains(places_of(e.green)));
}

TEST(Compiler, SamplesDropsOnlyWhileSomebodyFollows) {
  ExampleWorld e;
  e.compiler.watch_drops({.all = false, .ports = {e.alice}});
  EXPECT_THAT(e.compiler.compile().add_or_replace, SizeIs(4));
  e.compiler.plug(local(e.alice, 99));
  EXPECT_THAT(render(e.compiler.compile().add_or_replace),
              HasSubstr("table=dropped priority=100,in_port=99 "));
  e.compiler.watch_drops({});
  EXPECT_THAT(e.compiler.compile().remove, SizeIs(4));
}

TEST(Compiler, FlowsThatCountDropsHaveACookieBitOfTheirOwn) {
  ExampleWorld e;
  for (const auto& flow : e.compiler.desired()) {
    const auto family = family_of(flow.key.table, flow.key.priority);
    ASSERT_TRUE(family);
    const bool is_metered = family->drop == Drop::kTooBig;
    EXPECT_EQ((flow.cookie & kDropCookieBit) != 0, family->drop != Drop::kNone && !is_metered)
        << family->name;
  }
}

TEST(Compiler, OneMoreRuleIsOneMoreFlow) {
  ExampleWorld e;
  e.world.rule(e.standard, {.protocol = 17, .remote = e.standard});
  EXPECT_THAT(feed(e.compiler, e.world).add_or_replace, SizeIs(1));
}

TEST(Compiler, WhatIsGoneLeavesNothing) {
  ExampleWorld e;
  for (const auto& port : {e.alice, e.bob, e.carol, e.dave, e.router, e.frank, e.grace})
    e.world.erase_port(port);
  e.compiler.remove_tunnel(Encapsulation::kVxlan, "worker2");
  e.compiler.remove_tunnel(Encapsulation::kGeneve, "worker2");
  feed(e.compiler, e.world);
  EXPECT_EQ(render(e.compiler.desired()), render(bare_node()));
}

TEST(Compiler, UnpluggedPortsLeaveOnlyWhatOthersNeed) {
  ExampleWorld e;
  for (const auto& port : {e.alice, e.bob, e.dave, e.router, e.frank, e.grace}) e.compiler.unplug(port);
  e.compiler.compile();
  e.compiler.remove_tunnel(Encapsulation::kVxlan, "worker2");
  e.compiler.remove_tunnel(Encapsulation::kGeneve, "worker2");
  e.compiler.compile();
  EXPECT_EQ(render(e.compiler.desired()), render(bare_node()));
  EXPECT_THAT(e.compiler.wanted_tunnels(), IsEmpty());
}

TEST(Compiler, APortWaitsForItsRows) {
  World world;
  Compiler compiler(world.intent(), facts_of("worker1"));
  const Uuid port = *Uuid::parse("00000000-0000-4000-8005-000000000003");
  compiler.plug(local(port, 5));
  compiler.compile();
  EXPECT_FALSE(compiler.ready(port));
  EXPECT_EQ(render(compiler.desired()), render(bare_node()));

  const Uuid network = world.network("n", Encapsulation::kVxlan, 1);
  const Uuid group = world.group("g");
  ASSERT_EQ(world.port({.network = network, .addresses = {"10.0.0.2"}, .groups = {group}}), port);
  const auto group_row = *world.intent().find<model::SecurityGroup>(group);
  world.erase<model::SecurityGroup>(group);
  feed(compiler, world);
  EXPECT_FALSE(compiler.ready(port));
  world.put(group_row);
  feed(compiler, world);
  EXPECT_TRUE(compiler.ready(port));
  EXPECT_NE(render(compiler.desired()), render(bare_node()));

  world.edit<model::Port>(port, [](model::Port& row) { row.host = "worker2"; });
  feed(compiler, world);
  EXPECT_FALSE(compiler.ready(port));
  EXPECT_EQ(render(compiler.desired()), render(bare_node()));
}

TEST(Compiler, ADownPortHasNoWayInOrOut) {
  ExampleWorld e;
  e.world.edit<model::Port>(e.alice, [](model::Port& row) { row.admin_state_up = false; });
  feed(e.compiler, e.world);
  const auto text = render(e.compiler.desired());
  EXPECT_THAT(text, Not(HasSubstr("in_port=11 ")));
  EXPECT_THAT(text, Not(HasSubstr("set_field:0xb/0xffff->reg1")));
  EXPECT_THAT(text,
              HasSubstr("table=l2_lookup priority=180,reg0=0x1000064/0xfffffff,dl_dst=fa:16:3e:00:00:01 "
                        "actions=set_field:0xf/0xff->reg5,resubmit(,dropped)"));
}

TEST(Compiler, ADownNetworkHasNoFlows) {
  ExampleWorld e;
  e.world.edit<model::Network>(e.green, [](model::Network& row) { row.admin_state_up = false; });
  feed(e.compiler, e.world);
  EXPECT_THAT(render(e.compiler.desired()), Not(HasSubstr("0x2000064")));
  e.world.edit<model::Network>(e.green, [](model::Network& row) { row.admin_state_up = true; });
  feed(e.compiler, e.world);
  EXPECT_EQ(render(e.compiler.desired()), render(ExampleWorld().compiler.desired()));
}

TEST(Compiler, WantsTunnelsToNodesThatShareANetwork) {
  ExampleWorld e;
  EXPECT_THAT(e.compiler.wanted_tunnels(), ElementsAre(Pair(Encapsulation::kVxlan, "worker2")));
  e.world.port({.network = e.green, .host = "worker3"});
  feed(e.compiler, e.world);
  EXPECT_THAT(e.compiler.wanted_tunnels(), UnorderedElementsAre(Pair(Encapsulation::kVxlan, "worker2"),
                                                                Pair(Encapsulation::kGeneve, "worker3")));
}

TEST(Compiler, NamesTheOwnersOfEveryFlow) {
  ExampleWorld e;
  std::string all;
  for (const auto& flow : e.compiler.desired()) {
    const auto owners = e.compiler.owners(flow.key);
    ASSERT_THAT(owners, Not(IsEmpty()));
    EXPECT_EQ(flow.cookie & ~kDropCookieBit, cookie_of(owners.front()));
    EXPECT_EQ(kind_of(flow.cookie), owners.front().kind);
    for (const auto& owner : owners) all += describe(owner, e.world.intent()) + '\n';
  }
  for (const char* part :
       {"pipeline\n", "tunnel vxlan/worker2\n", "network blue (", "port alice (",
        "rule ingress 6 80 of group web (", "remote group default (", "member port carol ("}) {
    EXPECT_THAT(all, HasSubstr(part));
  }
}

}  // namespace
}  // namespace weft::fabric
