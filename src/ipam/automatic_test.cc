#include "ipam/automatic.h"

#include <gmock/gmock.h>

#include "ipam/distributed.h"
#include "ipam/plan_fixture.h"
#include "model/subnet_services.h"
#include "net/eui64.h"

namespace weft::ipam {
namespace {

using namespace weft::model;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class AutomaticPlan : public PlanFixture {
 protected:
  AutomaticPlan() {
    slaac = add_subnet(network.id, "2001:db8:1::/64", Ipv6Mode::kSlaac);
    stateless = add_subnet(network.id, "2001:db8:2::/64", Ipv6Mode::kDhcpv6Stateless);
    stateful = add_subnet(network.id, "2001:db8:3::/64", Ipv6Mode::kDhcpv6Stateful);
  }

  PortRequest request_with_mac(std::optional<std::vector<AddressRequest>> fixed_ips = {}) {
    PortRequest r = request();
    r.mac = MacAddress::parse("fa:16:3e:00:00:01");
    r.fixed_ips = std::move(fixed_ips);
    return r;
  }

  static std::vector<IpAddress> ips(const std::vector<Address>& addresses) {
    std::vector<IpAddress> list;
    for (const Address& address : addresses) list.push_back(address.ip);
    return list;
  }

  Result<PortPlanner::Change> update(const Port& port, const PortChange& change) {
    return PortPlanner(intent, claims).update(port, change);
  }

  Subnet slaac, stateless, stateful;
  const IpAddress in_slaac = ip("2001:db8:1::f816:3eff:fe00:1");
  const IpAddress in_stateless = ip("2001:db8:2::f816:3eff:fe00:1");
};

TEST_F(AutomaticPlan, APortHasOneAddressOfEachVersionAndAllAutomaticOnes) {
  auto rows = plan(request_with_mac());
  ASSERT_TRUE(rows);
  ASSERT_THAT(rows->addresses, SizeIs(4));
  EXPECT_EQ(rows->addresses[0].subnet, subnet.id);
  EXPECT_EQ(rows->addresses[1].subnet, stateful.id);
  EXPECT_THAT(ips({rows->addresses.begin() + 2, rows->addresses.end()}),
              UnorderedElementsAre(in_slaac, in_stateless));
}

TEST_F(AutomaticPlan, NamedAddressesDontReplaceAutomaticOnes) {
  auto rows = plan(request_with_mac({{{.ip = ip("10.0.0.9")}}}));
  EXPECT_THAT(ips(rows->addresses), UnorderedElementsAre(ip("10.0.0.9"), in_slaac, in_stateless));
  rows = plan(request_with_mac({{{.subnet = slaac.id}}}));
  EXPECT_THAT(ips(rows->addresses), UnorderedElementsAre(in_slaac, in_stateless));
  EXPECT_THAT(plan(request_with_mac({std::vector<AddressRequest>{}}))->addresses, IsEmpty());
}

TEST_F(AutomaticPlan, OnlyTheOwnAddressCanBeNamedInSuchASubnet) {
  EXPECT_TRUE(plan(request_with_mac({{{.ip = in_slaac}}})));
  auto other = plan(request_with_mac({{{.subnet = slaac.id, .ip = ip("2001:db8:1::5")}}}));
  EXPECT_EQ(other.error().type, "AllocationOnAutoAddressSubnet");
  EXPECT_EQ(other.error().code, Errc::kInvalid);
  EXPECT_EQ(other.error().message,
            "IPv6 address 2001:db8:1::5 cannot be directly assigned to a port on subnet " +
                slaac.id.to_string() + " as the subnet is configured for automatic addresses");
  EXPECT_TRUE(plan(request({{.ip = ip("2001:db8:3::5")}}))) << "a stateful subnet lets one choose";
}

TEST_F(AutomaticPlan, RoutersChooseTheirAddressesEverywhere) {
  PortRequest r = request_with_mac({{{.ip = ip("2001:db8:1::1")}}});
  r.port.device_owner = "network:router_interface";
  EXPECT_THAT(ips(plan(r)->addresses), ElementsAre(ip("2001:db8:1::1")));
  r.fixed_ips.reset();
  EXPECT_THAT(plan(r)->addresses, SizeIs(2));
}

TEST_F(AutomaticPlan, TheRoutersAnycastAddressIsForPortsThatMayBeRouters) {
  PortRequest r = request({{.ip = ip("2001:db8:3::")}});
  EXPECT_TRUE(plan(r)) << "its owner is not known";
  r.port.device_owner = "compute:nova";
  EXPECT_EQ(error_type(r), "InvalidIpForNetwork");
  r.fixed_ips->front().subnet = stateful.id;
  EXPECT_EQ(error_type(r), "InvalidIpForSubnet");
}

TEST_F(AutomaticPlan, ANewMacMeansNewAutomaticAddressesAndKeepsTheOthers) {
  Port port = commit(*plan(request_with_mac()));
  PortChange change{.id = port.id, .after = port};
  change.after.mac = *MacAddress::parse("fa:16:3e:00:00:02");
  auto planned = update(port, change);
  ASSERT_TRUE(planned);
  EXPECT_THAT(planned->removed_addresses, SizeIs(2));
  EXPECT_THAT(ips(planned->rows.addresses),
              UnorderedElementsAre(ip("2001:db8:1::f816:3eff:fe00:2"), ip("2001:db8:2::f816:3eff:fe00:2")));
}

TEST_F(AutomaticPlan, APortWithoutAddressesHasNoneUnderANewMac) {
  Port port = commit(*plan(request_with_mac({std::vector<AddressRequest>{}})));
  PortChange change{.id = port.id, .after = port};
  change.after.mac = *MacAddress::parse("fa:16:3e:00:00:02");
  EXPECT_THAT(update(port, change)->rows.addresses, IsEmpty());
}

TEST_F(AutomaticPlan, AChangeOfFixedIpsLeavesAutomaticAddressesAlone) {
  Port port = commit(*plan(request_with_mac()));
  PortChange change{.id = port.id, .after = port};
  change.fixed_ips = {{.ip = ip("10.0.0.9")}};
  auto planned = update(port, change);
  EXPECT_THAT(ips(planned->rows.addresses), ElementsAre(ip("10.0.0.9")));
  EXPECT_THAT(planned->removed_addresses, SizeIs(2)) << "the other IPv4 address, the stateful one";
  change.fixed_ips = {{.ip = in_slaac}, {.subnet = stateless.id}, {.subnet = subnet.id}};
  planned = update(port, change);
  EXPECT_THAT(planned->rows.addresses, IsEmpty());
  EXPECT_THAT(planned->removed_addresses, SizeIs(1)) << "the stateful one";
  change.fixed_ips = {{.ip = ip("2001:db8:1::7")}};
  EXPECT_EQ(update(port, change).error().type, "AllocationOnAutoAddressSubnet");
}

TEST_F(AutomaticPlan, AChangeOfFixedIpsBringsAutomaticAddressesThatLack) {
  Port port = commit(*plan(request_with_mac({std::vector<AddressRequest>{}})));
  PortChange change{.id = port.id, .after = port};
  change.fixed_ips = {{.ip = ip("10.0.0.9")}};
  EXPECT_THAT(ips(update(port, change)->rows.addresses),
              UnorderedElementsAre(ip("10.0.0.9"), in_slaac, in_stateless));
}

TEST_F(AutomaticPlan, ADistributedPortTakesTheLastIpv4AddressAndTheFirstIpv6One) {
  auto rows = plan_distributed_port(intent, claims, subnet);
  ASSERT_TRUE(rows);
  EXPECT_THAT(ips(rows->addresses), ElementsAre(ip("10.0.0.14")));
  EXPECT_EQ(served_subnet(rows->port), subnet.id);
  EXPECT_FALSE(rows->port.port_security_enabled);
  EXPECT_THAT(ips(plan_distributed_port(intent, claims, stateful)->addresses),
              ElementsAre(ip("2001:db8:3::1")));
  auto automatic = plan_distributed_port(intent, claims, slaac);
  EXPECT_THAT(ips(automatic->addresses), ElementsAre(eui64_address(slaac.cidr, automatic->port.mac)));
}

TEST_F(AutomaticPlan, WithoutRoomThereIsNoDistributedPort) {
  subnet.allocation_pools = {{ip("10.0.0.5"), ip("10.0.0.5")}};
  EXPECT_TRUE(plan_distributed_port(intent, claims, subnet));
  claims[subnet.id].insert(ip("10.0.0.5"));
  auto planned = plan_distributed_port(intent, claims, subnet);
  EXPECT_EQ(planned.error().type, "IpAddressGenerationFailure");
  EXPECT_THAT(planned.error().message, HasSubstr(subnet.id.to_string()));
}

TEST_F(AutomaticPlan, DistributedPortsServeOneSubnetAndNobodyElseMakesThem) {
  Port port = commit(*plan_distributed_port(intent, claims, subnet));
  EXPECT_THAT(automatic_subnets(intent, port), IsEmpty());
  EXPECT_EQ(check_may_delete(port).error().type, "ServicePortInUse");
  EXPECT_THAT(check_may_update(port).error().message, HasSubstr("disable DHCP"));
  EXPECT_EQ(check_ordinary(port).error().type, "InvalidInput");
  port.device_id = "somewhere";
  EXPECT_TRUE(check_may_delete(port));
  EXPECT_EQ(check_ordinary(port).error().type, "InvalidInput") << "the owner is kept, whatever it serves";
  port.device_owner = "compute:nova";
  EXPECT_TRUE(check_ordinary(port));
}

}  // namespace
}  // namespace weft::ipam
