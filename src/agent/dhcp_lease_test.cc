#include "agent/dhcp_lease.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/subnet_services.h"

namespace weft::agent {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

IpAddress ip(std::string_view text) {
  return *IpAddress::parse(text);
}

model::HostRoute route(std::string_view destination, std::string_view router) {
  return {*IpPrefix::parse(destination), ip(router)};
}

/// A port on a network with two IPv4 subnets, of which it has an address in the first.
class DhcpLeaseTest : public testing::Test {
 protected:
  DhcpLeaseTest() {
    network_.id = Uuid::random();
    network_.mtu = 1450;
    subnet_ = subnet("20.20.1.0/24");
    subnet_.gateway_ip = ip("20.20.1.254");
    subnet_.dns_nameservers = {ip("9.9.9.9")};
    other_ = subnet("20.20.2.0/24");
    port_.id = Uuid::random();
    port_.network = network_.id;
    port_.mac = *MacAddress::parse("fa:16:3e:00:00:07");
  }

  model::Subnet subnet(std::string_view cidr) const {
    model::Subnet made;
    made.id = Uuid::random();
    made.network = network_.id;
    made.cidr = *IpPrefix::parse(cidr);
    return made;
  }

  void give(const Uuid& port, const model::Subnet& subnet, std::string_view address) {
    intent_.put(model::Address{Uuid::random(), network_.id, subnet.id, port, ip(address)});
  }

  void serve(const model::Subnet& subnet, std::string_view address, const char* mac) {
    model::Port server;
    server.id = Uuid::random();
    server.network = network_.id;
    server.mac = *MacAddress::parse(mac);
    server.device_owner = model::kDistributedOwner;
    server.device_id = model::distributed_device_id(subnet.id);
    intent_.put(server);
    give(server.id, subnet, address);
  }

  std::vector<DhcpLease> leases() {
    intent_.put(network_);
    intent_.put(subnet_);
    if (with_other_) intent_.put(other_);
    intent_.put(port_);
    if (served_) serve(subnet_, "20.20.1.253", "fa:16:3e:ff:00:01");
    serve(other_, "20.20.2.253", "fa:16:3e:ff:00:02");
    give(port_.id, subnet_, "20.20.1.7");
    return leases_of(port_.id, intent_, settings_);
  }

  DhcpLease lease() {
    auto all = leases();
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? DhcpLease() : all.front();
  }

  model::Intent intent_;
  model::Network network_;
  model::Subnet subnet_, other_;
  model::Port port_;
  DhcpSettings settings_;
  bool served_ = true, with_other_ = false;
};

TEST_F(DhcpLeaseTest, IsWhatTheApiSays) {
  auto lease = this->lease();
  EXPECT_EQ(lease.address, ip("20.20.1.7"));
  EXPECT_EQ(lease.prefix_length, 24);
  EXPECT_EQ(lease.mtu, 1450);
  EXPECT_EQ(lease.mac, port_.mac);
  EXPECT_EQ(lease.gateway, ip("20.20.1.254"));
  EXPECT_THAT(lease.dns_servers, ElementsAre(ip("9.9.9.9")));
  EXPECT_THAT(lease.routes, IsEmpty()) << "the gateway is all there is";
  EXPECT_EQ(lease.lease_seconds, 86400U);
}

TEST_F(DhcpLeaseTest, ServerIsTheSubnetsDistributedPort) {
  auto lease = this->lease();
  EXPECT_EQ(lease.server, ip("20.20.1.253"));
  EXPECT_EQ(lease.server_mac.to_string(), "fa:16:3e:ff:00:01");
}

TEST_F(DhcpLeaseTest, SubnetWithoutDistributedPortHasNone) {
  served_ = false;
  EXPECT_THAT(leases(), IsEmpty());
}

TEST_F(DhcpLeaseTest, SubnetWithoutDhcpHasNone) {
  EXPECT_THAT(unserved_addresses(port_.id, leases(), intent_), IsEmpty());
  subnet_.enable_dhcp = false;
  intent_.put(subnet_);
  const auto none = leases_of(port_.id, intent_, settings_);
  EXPECT_THAT(none, IsEmpty());
  EXPECT_THAT(unserved_addresses(port_.id, none, intent_), ElementsAre(ip("20.20.1.7")));
}

TEST_F(DhcpLeaseTest, UnknownPortHasNone) {
  EXPECT_THAT(leases_of(Uuid::random(), intent_, settings_), IsEmpty());
}

TEST_F(DhcpLeaseTest, PortWithoutDhcpHasNone) {
  port_.extra_dhcp_opts = {{"dhcp_disabled", "true", IpVersion::kV6}};
  EXPECT_THAT(leases(), testing::SizeIs(1)) << "that is the other version";
  port_.extra_dhcp_opts = {{"dhcp_disabled", "true", IpVersion::kV4}};
  EXPECT_THAT(leases(), IsEmpty());
}

TEST_F(DhcpLeaseTest, PortHasOneForEachOfItsAddresses) {
  with_other_ = true;
  give(port_.id, other_, "20.20.2.8");
  give(port_.id, subnet_, "20.20.1.9");
  std::map<IpAddress, IpAddress> servers;
  for (const auto& lease : leases()) servers[lease.address] = lease.server;
  EXPECT_THAT(servers, ElementsAre(std::pair(ip("20.20.1.7"), ip("20.20.1.253")),
                                   std::pair(ip("20.20.1.9"), ip("20.20.1.253")),
                                   std::pair(ip("20.20.2.8"), ip("20.20.2.253"))));
}

TEST_F(DhcpLeaseTest, OtherSubnetsOfTheNetworkAreOnTheLink) {
  with_other_ = true;
  subnet_.host_routes = {route("10.0.0.0/8", "20.20.1.1")};
  EXPECT_THAT(lease().routes, ElementsAre(route("20.20.2.0/24", "0.0.0.0"), route("10.0.0.0/8", "20.20.1.1"),
                                          route("0.0.0.0/0", "20.20.1.254")));
}

TEST_F(DhcpLeaseTest, HostRouteToAnywhereIsTheGatewayOfASubnetWithout) {
  subnet_.host_routes = {route("0.0.0.0/0", "20.20.1.1")};
  EXPECT_EQ(lease().gateway, ip("20.20.1.254"));
  subnet_.gateway_ip.reset();
  intent_.put(subnet_);
  auto without = leases_of(port_.id, intent_, settings_).front();
  EXPECT_EQ(without.gateway, ip("20.20.1.1"));
  EXPECT_THAT(without.routes, IsEmpty());
}

TEST_F(DhcpLeaseTest, DnsServersAreTheSubnetsElseTheNetworksElseTheSettings) {
  with_other_ = true;
  settings_.dns_servers = {ip("192.0.2.53"), ip("2001:db8::53")};
  subnet_.dns_nameservers.clear();
  EXPECT_THAT(lease().dns_servers, ElementsAre(ip("192.0.2.53")));
  other_.dns_nameservers = {ip("8.8.8.8")};
  intent_.put(other_);
  EXPECT_THAT(leases_of(port_.id, intent_, settings_).front().dns_servers, ElementsAre(ip("8.8.8.8")));
  subnet_.dns_nameservers = {ip("0.0.0.0")};
  intent_.put(subnet_);
  EXPECT_THAT(leases_of(port_.id, intent_, settings_).front().dns_servers, IsEmpty()) << "none, and said so";
}

TEST_F(DhcpLeaseTest, NamesAreThePortsElseTheNetworksElseTheSettings) {
  auto plain = lease();
  EXPECT_EQ(plain.host_name, "host-20-20-1-7");
  EXPECT_EQ(plain.domain_name, "openstacklocal");
  network_.dns_domain = "net.example.";
  intent_.put(network_);
  EXPECT_EQ(leases_of(port_.id, intent_, settings_).front().domain_name, "net.example");
  port_.dns_name = "web";
  port_.dns_domain = "port.example.";
  intent_.put(port_);
  auto named = leases_of(port_.id, intent_, settings_).front();
  EXPECT_EQ(named.host_name, "web");
  EXPECT_EQ(named.domain_name, "port.example");
  port_.dns_name = "web.cloud.example.";
  intent_.put(port_);
  auto full = leases_of(port_.id, intent_, settings_).front();
  EXPECT_EQ(full.host_name + " in " + full.domain_name, "web in cloud.example");
}

TEST_F(DhcpLeaseTest, SettingsGiveTimeAndTimeServers) {
  settings_.lease_seconds = kInfiniteLease;
  settings_.ntp_servers = {ip("192.0.2.123"), ip("2001:db8::123")};
  auto lease = this->lease();
  EXPECT_EQ(lease.lease_seconds, kInfiniteLease);
  EXPECT_THAT(lease.ntp_servers, ElementsAre(ip("192.0.2.123")));
}

}  // namespace
}  // namespace weft::agent
