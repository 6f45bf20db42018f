#include "model/intent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weft::model {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

Port port_on(const Uuid& network, const std::string& host, std::uint64_t mac = 1) {
  Port p;
  p.id = Uuid::random();
  p.network = network;
  p.host = host;
  p.mac = MacAddress::from_u64(mac);
  return p;
}

Address address(const Uuid& subnet, const Uuid& port, const char* ip) {
  return {Uuid::random(), Uuid{}, subnet, port, *IpAddress::parse(ip)};
}

TEST(Intent, PutReportsWhatWasThereBefore) {
  Intent intent;
  Port port = port_on(Uuid::random(), "");
  auto made = std::get<ChangeOf<Port>>(intent.put(port));
  EXPECT_FALSE(made.before);
  EXPECT_EQ(made.after, intent.find<Port>(port.id));
  port.name = "web";
  auto changed = std::get<ChangeOf<Port>>(intent.put(port));
  EXPECT_EQ(changed.before, made.after);
  EXPECT_EQ(changed.after->name, "web");
}

TEST(Intent, EraseTakesAnObjectOutOfEveryIndex) {
  Intent intent;
  Port port = port_on(Uuid::random(), "n1");
  intent.put(port);
  auto gone = intent.erase<Port>(port.id);
  ASSERT_TRUE(gone);
  EXPECT_FALSE(std::get<ChangeOf<Port>>(*gone).after);
  EXPECT_THAT(intent.ports_of(port.network), IsEmpty());
  EXPECT_THAT(intent.ports_on("n1"), IsEmpty());
  EXPECT_THAT(intent.hosts_of(port.network), IsEmpty());
  EXPECT_THAT(intent.named<Port>(""), IsEmpty());
  EXPECT_FALSE(intent.port_by_mac(port.network, port.mac));
  EXPECT_FALSE(intent.erase<Port>(port.id));
}

TEST(Intent, AChangedPortMovesInEveryIndex) {
  Intent intent;
  Port port = port_on(Uuid::random(), "n1", 1);
  port.name = "old";
  intent.put(port);
  port.host = "n2";
  port.name = "new";
  port.mac = MacAddress::from_u64(2);
  intent.put(port);
  EXPECT_THAT(intent.ports_on("n1"), IsEmpty());
  EXPECT_THAT(intent.ports_on("n2"), ElementsAre(port.id));
  EXPECT_THAT(intent.named<Port>("old"), IsEmpty());
  EXPECT_THAT(intent.named<Port>("new"), ElementsAre(port.id));
  EXPECT_FALSE(intent.port_by_mac(port.network, MacAddress::from_u64(1)));
  EXPECT_EQ(intent.port_by_mac(port.network, port.mac)->id, port.id);
}

TEST(Intent, HostsOfANetworkAreCounted) {
  Intent intent;
  Uuid network = Uuid::random();
  Port first = port_on(network, "n1", 1);
  intent.put(first);
  intent.put(port_on(network, "n1", 2));
  intent.put(port_on(network, "n2", 3));
  intent.put(port_on(network, "", 4));
  EXPECT_THAT(intent.hosts_of(network), ElementsAre(Pair("n1", 2), Pair("n2", 1)));
  intent.erase<Port>(first.id);
  EXPECT_THAT(intent.hosts_of(network), ElementsAre(Pair("n1", 1), Pair("n2", 1)));
}

TEST(Intent, MacsSwappedInOneCommitAreFoundAfterwards) {
  Intent intent;
  Uuid network = Uuid::random();
  Port a = port_on(network, "", 1), b = port_on(network, "", 2);
  intent.put(a);
  intent.put(b);
  std::swap(a.mac, b.mac);
  intent.put(a);
  intent.put(b);
  EXPECT_EQ(intent.port_by_mac(network, a.mac)->id, a.id);
  EXPECT_EQ(intent.port_by_mac(network, b.mac)->id, b.id);
}

TEST(Intent, AddressesOfASubnetComeInNumericOrder) {
  Intent intent;
  Uuid subnet = Uuid::random(), port = Uuid::random();
  Address high = address(subnet, port, "10.0.0.10"), low = address(subnet, port, "10.0.0.9");
  intent.put(high);
  intent.put(low);
  EXPECT_THAT(intent.addresses_of_subnet(subnet), ElementsAre(Pair(low.ip, low.id), Pair(high.ip, high.id)));
  EXPECT_THAT(intent.addresses_of_port(port), UnorderedElementsAre(low.id, high.id));
  auto fixed = intent.fixed_ips(port);
  ASSERT_EQ(fixed.size(), 2u);
  EXPECT_EQ(fixed[0].ip, low.ip);
}

TEST(Intent, AnAddressThatPassesToAnotherRowStaysUsed) {
  Intent intent;
  Uuid subnet = Uuid::random();
  Address before = address(subnet, Uuid::random(), "10.0.0.5"),
          after = address(subnet, Uuid::random(), "10.0.0.5");
  intent.put(before);
  intent.put(after);  // one commit can bring the new row first
  intent.erase<Address>(before.id);
  EXPECT_THAT(intent.addresses_of_subnet(subnet), ElementsAre(Pair(after.ip, after.id)));
  intent.erase<Address>(after.id);
  EXPECT_THAT(intent.addresses_of_subnet(subnet), IsEmpty());
}

TEST(Intent, MembershipsAreFoundFromBothSides) {
  Intent intent;
  GroupMember m{Uuid::random(), Uuid::random(), Uuid::random(), Uuid::random()};
  intent.put(m);
  EXPECT_THAT(intent.memberships_of_group(m.group), ElementsAre(m.id));
  EXPECT_THAT(intent.memberships_of_port(m.port), ElementsAre(m.id));
  EXPECT_THAT(intent.groups_of_port(m.port), ElementsAre(m.group));
}

TEST(Intent, RulesAreFoundByGroupAndByRemote) {
  Intent intent;
  SecurityGroupRule rule;
  rule.id = Uuid::random();
  rule.group = Uuid::random();
  rule.remote_group = Uuid::random();
  intent.put(rule);
  EXPECT_THAT(intent.rules_of(rule.group), ElementsAre(rule.id));
  EXPECT_THAT(intent.rules_with_remote(*rule.remote_group), ElementsAre(rule.id));
}

TEST(Intent, TheDefaultGroupIsFoundByProject) {
  Intent intent;
  SecurityGroup plain, standard;
  plain.id = Uuid::random();
  plain.key = plain.id.to_string();
  standard.id = Uuid::random();
  standard.key = "default/demo";
  intent.put(plain);
  intent.put(standard);
  EXPECT_EQ(intent.default_group_of("demo")->id, standard.id);
  EXPECT_FALSE(intent.default_group_of("other"));
}

TEST(Intent, OneVniPerEncapsulation) {
  Intent intent;
  Network vxlan, geneve;
  vxlan.id = Uuid::random();
  vxlan.vni = 7;
  geneve.id = Uuid::random();
  geneve.vni = 7;
  geneve.encapsulation = Encapsulation::kGeneve;
  intent.put(vxlan);
  intent.put(geneve);
  EXPECT_EQ(intent.network_by_vni(Encapsulation::kVxlan, 7)->id, vxlan.id);
  EXPECT_EQ(intent.network_by_vni(Encapsulation::kGeneve, 7)->id, geneve.id);
  EXPECT_FALSE(intent.network_by_vni(Encapsulation::kVxlan, 8));
}

TEST(Intent, TheBindingOfTheBoundHostCounts) {
  Intent intent;
  Port port = port_on(Uuid::random(), "n1");
  Binding here{Uuid::random(), port.id, port.network, "n1", true, "tap1", ""};
  Binding elsewhere{Uuid::random(), port.id, port.network, "n2", false, "tap2", "bound to n1"};
  intent.put(elsewhere);
  EXPECT_FALSE(intent.binding_of(port));
  intent.put(here);
  EXPECT_EQ(intent.binding_of(port)->id, here.id);
  EXPECT_EQ(intent.bindings_of(port.id).size(), 2u);
}

TEST(Intent, ANodeIsFoundByName) {
  Intent intent;
  Node node;
  node.id = Uuid::random();
  node.name = "worker1";
  intent.put(node);
  EXPECT_EQ(intent.node_named("worker1")->id, node.id);
  node.name = "worker9";
  intent.put(node);
  EXPECT_FALSE(intent.node_named("worker1"));
}

}  // namespace
}  // namespace weft::model
