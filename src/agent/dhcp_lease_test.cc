#include <gtest/gtest.h>

#include "agent/dhcp.h"

namespace weft::agent {
namespace {

class DhcpLeaseTest : public testing::Test {
 protected:
  DhcpLeaseTest() {
    network_.id = Uuid::random();
    network_.mtu = 1450;
    subnet_.id = Uuid::random();
    subnet_.network = network_.id;
    subnet_.cidr = *IpPrefix::parse("20.20.1.0/24");
    subnet_.gateway_ip = IpAddress::parse("20.20.1.254");
    subnet_.dns_nameservers = {*IpAddress::parse("9.9.9.9")};
    port_.id = Uuid::random();
    port_.network = network_.id;
    port_.mac = *MacAddress::parse("fa:16:3e:00:00:07");
  }

  std::optional<DhcpLease> lease() {
    model::Intent intent;
    intent.put(network_);
    intent.put(subnet_);
    intent.put(port_);
    model::Address address{
        .id = Uuid::random(), .network = network_.id, .subnet = subnet_.id, .port = port_.id};
    address.ip = *IpAddress::parse("20.20.1.7");
    intent.put(address);
    return lease_of(port_.id, intent);
  }

  model::Network network_;
  model::Subnet subnet_;
  model::Port port_;
};

TEST_F(DhcpLeaseTest, IsWhatTheApiSays) {
  auto lease = this->lease();
  ASSERT_TRUE(lease);
  EXPECT_EQ(lease->address.to_string(), "20.20.1.7");
  EXPECT_EQ(lease->prefix_length, 24);
  EXPECT_EQ(lease->mtu, 1450);
  EXPECT_EQ(lease->mac, port_.mac);
  EXPECT_EQ(lease->server, *subnet_.gateway_ip);
  EXPECT_EQ(lease->dns_servers, subnet_.dns_nameservers);
}

TEST_F(DhcpLeaseTest, ServerIsTheSubnetsFirstAddressWithoutAGateway) {
  subnet_.gateway_ip.reset();
  auto lease = this->lease();
  ASSERT_TRUE(lease);
  EXPECT_EQ(lease->server.to_string(), "20.20.1.1");
  EXPECT_FALSE(lease->gateway);
}

TEST_F(DhcpLeaseTest, SubnetWithoutDhcpHasNone) {
  subnet_.enable_dhcp = false;
  EXPECT_FALSE(lease());
}

TEST_F(DhcpLeaseTest, UnknownPortHasNone) {
  model::Intent intent;
  EXPECT_FALSE(lease_of(Uuid::random(), intent));
}

}  // namespace
}  // namespace weft::agent
