#include <gmock/gmock.h>

#include "ipam/groups.h"
#include "ipam/plan_fixture.h"

namespace weft::ipam {
namespace {

using namespace weft::model;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using PortPlan = PlanFixture;

TEST_F(PortPlan, AnyPortGetsMacAddressAndDefaultGroup) {
  auto rows = plan(request());
  ASSERT_TRUE(rows);
  EXPECT_THAT(rows->port.mac.to_string(), ::testing::StartsWith("fa:16:3e:"));
  ASSERT_THAT(rows->addresses, SizeIs(1));
  EXPECT_TRUE(subnet.allocation_pools[0].contains(rows->addresses[0].ip));
  ASSERT_THAT(rows->memberships, SizeIs(1));
  EXPECT_EQ(rows->memberships[0].group, group);
}

TEST_F(PortPlan, BothIpVersionsAreServed) {
  add_subnet(network.id, "2001:db8::/64");
  auto rows = plan(request());
  ASSERT_THAT(rows->addresses, SizeIs(2));
  EXPECT_NE(rows->addresses[0].ip.version(), rows->addresses[1].ip.version());
}

TEST_F(PortPlan, ASecondSubnetServesWhenTheFirstIsFull) {
  for (int i = 0; i < 13; ++i) commit(*plan(request()));
  EXPECT_EQ(error_type(request()), "IpAddressGenerationFailure");
  Subnet second = add_subnet(network.id, "10.0.1.0/28");
  EXPECT_EQ(plan(request())->addresses[0].subnet, second.id);
}

TEST_F(PortPlan, OneBatchNeverChoosesTwice) {
  PortPlanner planner(intent, claims);
  std::set<IpAddress> seen;
  for (int i = 0; i < 13; ++i)
    EXPECT_TRUE(seen.insert(planner.create(request(), group)->addresses[0].ip).second);
  EXPECT_EQ(planner.create(request(), group).error().type, "IpAddressGenerationFailure");
}

TEST_F(PortPlan, AddressesUnderWayAreAvoidedUnlessNamed) {
  for (IpAddress a = ip("10.0.0.2"); a != ip("10.0.0.14"); a = a.next()) claims[subnet.id].insert(a);
  EXPECT_EQ(plan(request())->addresses[0].ip, ip("10.0.0.14"));
  EXPECT_TRUE(plan(request({{.ip = ip("10.0.0.5")}})));
}

TEST_F(PortPlan, ANamedAddressIsGivenOrRefusedAsNeutronDoes) {
  EXPECT_EQ(plan(request({{.ip = ip("10.0.0.9")}}))->addresses[0].ip, ip("10.0.0.9"));
  EXPECT_EQ(error_type(request({{.ip = ip("10.9.0.9")}})), "InvalidIpForNetwork");
  EXPECT_EQ(error_type(request({{.subnet = subnet.id, .ip = ip("10.9.0.9")}})), "InvalidIpForSubnet");
  EXPECT_EQ(error_type(request({{.subnet = Uuid::random()}})), "SubnetNotFound");
  Subnet elsewhere = add_subnet(Uuid::random(), "10.5.0.0/24");
  EXPECT_EQ(error_type(request({{.subnet = elsewhere.id}})), "InvalidInput");
  EXPECT_EQ(error_type(request({{.ip = ip("10.0.0.9")}, {.ip = ip("10.0.0.9")}})),
            "IpAddressAlreadyAllocated");
  commit(*plan(request({{.ip = ip("10.0.0.9")}})));
  auto again = plan(request({{.ip = ip("10.0.0.9")}}));
  EXPECT_EQ(again.error().type, "IpAddressAlreadyAllocated");
  EXPECT_EQ(again.error().message,
            "IP address 10.0.0.9 already allocated in subnet " + subnet.id.to_string());
}

TEST_F(PortPlan, AnEmptyListMeansNoAddress) {
  EXPECT_THAT(plan(request({}))->addresses, IsEmpty());
}

TEST_F(PortPlan, AMacIsUniqueOnItsNetwork) {
  PortRequest r = request();
  r.mac = MacAddress::parse("fa:16:3e:00:00:01");
  commit(*plan(r));
  auto again = plan(r);
  EXPECT_EQ(again.error().type, "MacAddressInUse");
  EXPECT_THAT(again.error().message, HasSubstr("The mac address fa:16:3e:00:00:01 is in use."));
}

TEST_F(PortPlan, AnUnknownNetworkIsNotFound) {
  PortRequest r = request();
  r.port.network = Uuid::random();
  EXPECT_EQ(error_type(r), "NetworkNotFound");
}

TEST_F(PortPlan, GroupsNeedPortSecurity) {
  PortRequest r = request();
  r.port.port_security_enabled = false;
  EXPECT_THAT(plan(r)->memberships, IsEmpty());
  r.groups = {group};
  EXPECT_EQ(error_type(r), "PortSecurityAndIPRequiredForSecurityGroups");
}

TEST_F(PortPlan, AddressPairsNeedPortSecurity) {
  PortRequest r = request();
  r.port.allowed_address_pairs = {{std::nullopt, *IpPrefix::parse("10.9.0.0/16")}};
  EXPECT_TRUE(plan(r));
  r.port.port_security_enabled = false;
  EXPECT_EQ(error_type(r), "AddressPairAndPortSecurityRequired");
}

TEST_F(PortPlan, StatefulAndStatelessGroupsDontMix) {
  SecurityGroup stateful, stateless;
  stateful.id = Uuid::random();
  stateless.id = Uuid::random();
  stateless.stateful = false;
  intent.put(stateful);
  intent.put(stateless);
  PortRequest r = request();
  r.groups = {stateless.id};
  Port port = commit(*plan(r));
  r.groups = {stateless.id, stateful.id};
  EXPECT_EQ(error_type(r), "SecurityGroupConflict");
  PortChange change{.id = port.id, .after = port};
  change.groups = {stateful.id};
  EXPECT_TRUE(PortPlanner(intent, claims).update(port, change));
  change.groups = {stateful.id, stateless.id};
  EXPECT_EQ(PortPlanner(intent, claims).update(port, change).error().type, "SecurityGroupConflict");
}

TEST_F(PortPlan, AnUpdateKeepsTheRowsOfUnchangedAddresses) {
  Port port = commit(*plan(request({{.ip = ip("10.0.0.5")}, {.ip = ip("10.0.0.6")}})));
  PortChange change{.id = port.id, .after = port};
  change.fixed_ips = {{.subnet = subnet.id}, {.ip = ip("10.0.0.5")}, {.ip = ip("10.0.0.7")}};
  auto planned = PortPlanner(intent, claims).update(port, change);
  ASSERT_TRUE(planned);
  EXPECT_THAT(planned->removed_addresses, IsEmpty()) << ".5 is named, .6 is any of the subnet";
  ASSERT_THAT(planned->rows.addresses, SizeIs(1));
  EXPECT_EQ(planned->rows.addresses[0].ip, ip("10.0.0.7"));
  change.fixed_ips = {{.ip = ip("10.0.0.6")}};
  EXPECT_THAT(PortPlanner(intent, claims).update(port, change)->removed_addresses, SizeIs(1));
}

TEST_F(PortPlan, AnUpdateExchangesOnlyTheGroupsThatDiffer) {
  Uuid other = Uuid::random(), third = Uuid::random();
  PortRequest r = request();
  r.groups = {group, other};
  Port port = commit(*plan(r));
  PortChange change{.id = port.id, .after = port};
  change.groups = {other, third, third};
  auto planned = PortPlanner(intent, claims).update(port, change);
  EXPECT_THAT(planned->removed_memberships, SizeIs(1));
  ASSERT_THAT(planned->rows.memberships, SizeIs(1));
  EXPECT_EQ(planned->rows.memberships[0].group, third);
}

TEST_F(PortPlan, PortSecurityStaysWhileThereAreGroups) {
  Port port = commit(*plan(request()));
  PortChange change{.id = port.id, .after = port};
  change.after.port_security_enabled = false;
  EXPECT_EQ(PortPlanner(intent, claims).update(port, change).error().type,
            "PortSecurityPortHasSecurityGroup");
  change.groups = {group};
  EXPECT_EQ(PortPlanner(intent, claims).update(port, change).error().type,
            "PortSecurityAndIPRequiredForSecurityGroups");
  change.groups.emplace();
  EXPECT_TRUE(PortPlanner(intent, claims).update(port, change));
}

TEST(DefaultGroupPlan, HasNeutronsFourRules) {
  auto plan = plan_default_group("demo", 1);
  EXPECT_TRUE(plan.group.is_default());
  EXPECT_EQ(plan.group.description, "Default security group");
  ASSERT_THAT(plan.rules, SizeIs(4));
  for (const auto& rule : plan.rules)
    EXPECT_EQ(rule.remote_group.has_value(), rule.direction == Direction::kIngress);
}

}  // namespace
}  // namespace weft::ipam
