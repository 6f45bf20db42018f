#include "agent/pod_plan.h"

#include <gmock/gmock.h>

#include "agent/name_lookup.h"

namespace weft::agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

Uuid id(int n) {
  Uuid uuid;
  uuid.bytes[15] = static_cast<std::uint8_t>(n);
  return uuid;
}

cni::Attachment attachment() {
  cni::Attachment a;
  a.container_id = "c1";
  a.netns = "/run/netns/c1";
  a.ifname = "eth0";
  a.pod_name = "web-0";
  a.pod_namespace = "shop";
  return a;
}

class PodPlanTest : public testing::Test {
 protected:
  void SetUp() override {
    model::Network network;
    network.id = id(1);
    network.name = "selfservice";
    network.mtu = 1450;
    network.dns_domain = "example.org.";
    intent_.put(network);
    subnet_.id = id(2);
    subnet_.network = id(1);
    subnet_.cidr = *IpPrefix::parse("20.20.1.0/24");
    subnet_.gateway_ip = IpAddress::parse("20.20.1.1");
    subnet_.dns_nameservers = {*IpAddress::parse("9.9.9.9")};
    subnet_.host_routes = {{*IpPrefix::parse("10.0.0.0/8"), *IpAddress::parse("20.20.1.9")}};
    intent_.put(subnet_);
    port_.id = *Uuid::parse("6a7e0d5e-3f0c-4b1e-9a35-0e6f1a9d6c11");
    port_.network = id(1);
    port_.mac = *MacAddress::parse("fa:16:3e:01:02:03");
    intent_.put(port_);
    intent_.put(model::Address{.id = id(4),
                               .network = id(1),
                               .subnet = id(2),
                               .port = port_.id,
                               .ip = *IpAddress::parse("20.20.1.7")});
  }

  /// Gives the port an address of a second, automatic subnet.
  void add_ipv6() {
    model::Subnet subnet;
    subnet.id = id(3);
    subnet.network = id(1);
    subnet.cidr = *IpPrefix::parse("2001:db8::/64");
    subnet.gateway_ip = IpAddress::parse("2001:db8::1");
    subnet.ipv6_ra_mode = subnet.ipv6_address_mode = model::Ipv6Mode::kSlaac;
    subnet.host_routes = {{*IpPrefix::parse("2001:db8:5::/48"), *IpAddress::parse("2001:db8::9")}};
    intent_.put(subnet);
    intent_.put(model::Address{.id = id(5),
                               .network = id(1),
                               .subnet = subnet.id,
                               .port = port_.id,
                               .ip = *IpAddress::parse("2001:db8::f816:3eff:fe01:203")});
  }

  /// Another subnet of the network, which the port has no address of.
  void add_neighbour(int n, const char* cidr) {
    model::Subnet subnet;
    subnet.id = id(n);
    subnet.network = id(1);
    subnet.cidr = *IpPrefix::parse(cidr);
    intent_.put(subnet);
  }

  Result<PodPlan> plan() {
    return plan_pod(intent_, port_, interface_for(attachment(), port_, PortOrigin::kMade), config_, node_);
  }

  model::Intent intent_;
  model::Subnet subnet_;
  model::Port port_;
  cni::NetworkConfig config_;
  NodeFacts node_{.underlay_mtu = 1500, .userspace_datapath = true};
};

TEST_F(PodPlanTest, ConfiguresWhatThePortSays) {
  auto planned = plan();
  ASSERT_TRUE(planned) << planned.error().message;
  const auto& veth = planned->veth;
  EXPECT_EQ(veth.host_name, "tap6a7e0d5e-3f");
  EXPECT_EQ(veth.netns, "/run/netns/c1");
  EXPECT_EQ(veth.ifname, "eth0");
  EXPECT_EQ(veth.mac, port_.mac);
  EXPECT_EQ(veth.mtu, 1450) << "the pod's end has the network's MTU";
  EXPECT_EQ(veth.host_mtu, 1500) << "the switch's end must not drop what the pod's end lets through";
  EXPECT_THAT(veth.addresses, ElementsAre(InterfaceAddress{*IpAddress::parse("20.20.1.7"), 24}));
  EXPECT_FALSE(veth.checksum_offload);
}

TEST_F(PodPlanTest, KeepsOffloadWithTheKernelDatapath) {
  node_.userspace_datapath = false;
  EXPECT_TRUE(plan()->veth.checksum_offload);
}

TEST_F(PodPlanTest, GivesHostRoutesButNoDefaultRouteUnasked) {
  auto planned = plan();
  ASSERT_EQ(planned->veth.routes.size(), 1U);
  EXPECT_EQ(planned->veth.routes[0].destination.to_string(), "10.0.0.0/8");
}

TEST_F(PodPlanTest, GivesADefaultRouteThroughTheGatewayWhenAsked) {
  config_.default_route = true;
  auto planned = plan();
  ASSERT_TRUE(planned);
  ASSERT_EQ(planned->veth.routes.size(), 2U);
  EXPECT_EQ(planned->veth.routes[1].destination.to_string(), "0.0.0.0/0");
  EXPECT_EQ(planned->veth.routes[1].gateway->to_string(), "20.20.1.1");
}

TEST_F(PodPlanTest, RefusesADefaultRouteWithoutAGateway) {
  config_.default_route = true;
  subnet_.gateway_ip.reset();
  intent_.put(subnet_);
  auto planned = plan();
  ASSERT_FALSE(planned);
  EXPECT_THAT(planned.error().message, HasSubstr("selfservice"));
}

TEST_F(PodPlanTest, ADualStackPodHasAddressesAndRoutesOfBothVersions) {
  add_ipv6();
  config_.default_route = true;
  auto planned = plan();
  ASSERT_TRUE(planned);
  EXPECT_THAT(planned->veth.addresses,
              UnorderedElementsAre(InterfaceAddress{*IpAddress::parse("20.20.1.7"), 24},
                                   InterfaceAddress{*IpAddress::parse("2001:db8::f816:3eff:fe01:203"), 64}));
  std::vector<std::string> destinations;
  for (const auto& route : planned->veth.routes) destinations.push_back(route.destination.to_string());
  EXPECT_THAT(destinations, UnorderedElementsAre("10.0.0.0/8", "0.0.0.0/0", "2001:db8:5::/48", "::/0"));
  config_.default_route = false;
  EXPECT_EQ(plan()->veth.routes.size(), 2U);
}

TEST_F(PodPlanTest, TheNetworksOtherSubnetsAreOnTheLink) {
  add_ipv6();
  add_neighbour(10, "20.20.2.0/24");
  add_neighbour(11, "2001:db8:0:2::/64");
  auto planned = plan();
  std::vector<std::string> on_link;
  for (const auto& route : planned->veth.routes) {
    if (!route.gateway) on_link.push_back(route.destination.to_string());
  }
  EXPECT_THAT(on_link, UnorderedElementsAre("20.20.2.0/24", "2001:db8:0:2::/64"));
}

TEST_F(PodPlanTest, OnlyOtherSubnetsOfItsOwnVersionsGetRoutes) {
  add_neighbour(10, "20.20.2.0/24");
  add_neighbour(11, "2001:db8:0:2::/64");
  EXPECT_EQ(plan()->veth.routes.size(), 2U) << "the host route and the IPv4 neighbour";
  intent_.put(model::Address{.id = id(12),
                             .network = id(1),
                             .subnet = id(10),
                             .port = port_.id,
                             .ip = *IpAddress::parse("20.20.2.7")});
  EXPECT_EQ(plan()->veth.routes.size(), 1U) << "the kernel knows where its own addresses' subnets are";
}

TEST_F(PodPlanTest, SeveralAddressesOfASubnetHaveItsRoutesOnce) {
  intent_.put(model::Address{.id = id(6),
                             .network = id(1),
                             .subnet = id(2),
                             .port = port_.id,
                             .ip = *IpAddress::parse("20.20.1.8")});
  config_.default_route = true;
  auto planned = plan();
  EXPECT_EQ(planned->veth.addresses.size(), 2U);
  EXPECT_EQ(planned->veth.routes.size(), 2U) << "the host route and the default route";
}

TEST_F(PodPlanTest, DomainsAreThoseOfDhcp) {
  port_.dns_domain = "shop.example.org.";
  EXPECT_EQ(plan()->dns_domain, "shop.example.org") << "the port's own comes before its network's";
  port_.dns_name = "web.front.example.org.";
  EXPECT_EQ(plan()->dns_domain, "front.example.org") << "of its full name";
  port_.dns_name = port_.dns_domain = "";
  auto network = *intent_.find<model::Network>(port_.network);
  network.dns_domain.clear();
  intent_.put(network);
  node_.dhcp.dns_domain = "node.example";
  EXPECT_EQ(plan()->dns_domain, "node.example");
}

TEST_F(PodPlanTest, SubnetsThatNameNoDnsServersGetTheAgents) {
  node_.dhcp.dns_servers = {*IpAddress::parse("192.0.2.53"), *IpAddress::parse("2001:db8::53")};
  EXPECT_THAT(plan()->nameservers, ElementsAre(*IpAddress::parse("9.9.9.9"))) << "control";
  subnet_.dns_nameservers.clear();
  intent_.put(subnet_);
  EXPECT_THAT(plan()->nameservers, ElementsAre(*IpAddress::parse("192.0.2.53")));
  add_ipv6();
  EXPECT_EQ(plan()->nameservers, node_.dhcp.dns_servers);
}

TEST_F(PodPlanTest, AnUnspecifiedDnsServerMeansNone) {
  node_.dhcp.dns_servers = {*IpAddress::parse("192.0.2.53"), *IpAddress::parse("2001:db8::53")};
  add_ipv6();
  auto ipv6 = *intent_.find<model::Subnet>(id(3));
  ipv6.dns_nameservers = {*IpAddress::parse("::")};
  intent_.put(ipv6);
  subnet_.dns_nameservers = {IpAddress()};
  intent_.put(subnet_);
  EXPECT_THAT(plan()->nameservers, testing::IsEmpty());
}

TEST_F(PodPlanTest, TellsTheRuntimeWhatWasConfigured) {
  auto planned = plan();
  auto wiring = wiring_of(*planned, *MacAddress::parse("02:00:00:00:00:01"));
  EXPECT_EQ(wiring.host.name, "tap6a7e0d5e-3f");
  EXPECT_EQ(wiring.container.mac, port_.mac);
  EXPECT_EQ(wiring.container.sandbox, "/run/netns/c1");
  ASSERT_EQ(wiring.ips.size(), 1U);
  EXPECT_EQ(wiring.ips[0].gateway, IpAddress::parse("20.20.1.1"));
  EXPECT_THAT(wiring.nameservers, ElementsAre(*IpAddress::parse("9.9.9.9")));
  EXPECT_EQ(wiring.dns_domain, "example.org");
}

TEST_F(PodPlanTest, InterfaceSurvivesTheSwitchDatabase) {
  for (auto origin : {PortOrigin::kMade, PortOrigin::kBound, PortOrigin::kReady}) {
    auto interface = interface_for(attachment(), port_, origin);
    auto again = from_plug(to_plug(interface));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->container_id, "c1");
    EXPECT_EQ(again->ifname, "eth0");
    EXPECT_EQ(again->sandbox, "/run/netns/c1");
    EXPECT_EQ(again->pod, "shop/web-0");
    EXPECT_EQ(again->port, port_.id);
    EXPECT_EQ(again->origin, origin);
  }
}

TEST_F(PodPlanTest, OtherInterfacesAreNotPods) {
  EXPECT_FALSE(
      from_plug(PlugSpec{.interface = "tap0", .port = port_.id, .external_ids = {{"vm-uuid", "x"}}}));
}

TEST_F(PodPlanTest, UnknownOriginNeverDeletesAPort) {
  auto plug = to_plug(interface_for(attachment(), port_, PortOrigin::kMade));
  plug.external_ids["weft-port-origin"] = "?";
  EXPECT_EQ(from_plug(plug)->origin, PortOrigin::kReady);
}

TEST_F(PodPlanTest, FindsAPortWhoseWiringWasCutShort) {
  port_.device_owner = kContainerOwner;
  port_.device_id = "c1";
  port_.binding_profile = binding_profile(attachment());
  EXPECT_TRUE(made_for(port_, attachment()));
  auto other = attachment();
  other.ifname = "eth1";
  EXPECT_FALSE(made_for(port_, other)) << "a second interface of the container has its own port";
}

TEST(OnlyOne, ListsTheIdsOfAnAmbiguousName) {
  model::Network a, b;
  a.id = id(1);
  b.id = id(2);
  auto chosen = only_one(std::vector{a, b}, "network", "n");
  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().code, Errc::kInvalid);
  EXPECT_THAT(chosen.error().message, HasSubstr(id(1).to_string() + ", " + id(2).to_string()));
  EXPECT_EQ(only_one(std::vector<model::Network>{}, "network", "n").error().code, Errc::kNotFound);
  EXPECT_EQ(only_one(std::vector{a}, "network", "n")->id, id(1));
}

}  // namespace
}  // namespace weft::agent
