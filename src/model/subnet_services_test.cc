#include "model/subnet_services.h"

#include <gtest/gtest.h>

namespace weft::model {
namespace {

using Mode = std::optional<Ipv6Mode>;
constexpr auto kSlaac = Ipv6Mode::kSlaac;
constexpr auto kStateless = Ipv6Mode::kDhcpv6Stateless;
constexpr auto kStateful = Ipv6Mode::kDhcpv6Stateful;

Subnet v6(Mode ra, Mode address) {
  Subnet subnet;
  subnet.cidr = *IpPrefix::parse("2001:db8::/64");
  subnet.ipv6_ra_mode = ra;
  subnet.ipv6_address_mode = address;
  return subnet;
}

TEST(Ipv6Mode, NamesSurviveARoundTrip) {
  for (auto mode : {kSlaac, kStateless, kStateful}) EXPECT_EQ(parse_ipv6_mode(to_string(mode)), mode);
  EXPECT_FALSE(parse_ipv6_mode("dhcpv6"));
}

TEST(SubnetServices, TheAddressModeSaysWhichPartOfDhcp6IsServed) {
  EXPECT_EQ(dhcp6_service(v6(kSlaac, kSlaac)), Dhcp6Service::kNone);
  EXPECT_EQ(dhcp6_service(v6(kStateless, kStateless)), Dhcp6Service::kStateless);
  EXPECT_EQ(dhcp6_service(v6({}, kStateful)), Dhcp6Service::kStateful);
}

TEST(SubnetServices, WithoutModesAddressesComeFromDhcp6AndNobodyAdvertises) {
  EXPECT_EQ(dhcp6_service(v6({}, {})), Dhcp6Service::kStateful);
  EXPECT_FALSE(is_advertised(v6({}, {})));
}

TEST(SubnetServices, AnAdvertisementModeAloneLeavesAddressesToOthers) {
  EXPECT_TRUE(is_advertised(v6(kStateful, {})));
  EXPECT_EQ(dhcp6_service(v6(kStateful, {})), Dhcp6Service::kNone);
}

TEST(SubnetServices, WithoutDhcpNothingIsServed) {
  auto subnet = v6(kStateful, kStateful);
  subnet.enable_dhcp = false;
  EXPECT_EQ(dhcp6_service(subnet), Dhcp6Service::kNone);
  EXPECT_FALSE(is_advertised(subnet));
  subnet.cidr = *IpPrefix::parse("10.0.0.0/24");
  EXPECT_FALSE(serves_dhcp4(subnet));
  subnet.enable_dhcp = true;
  EXPECT_TRUE(serves_dhcp4(subnet));
}

TEST(SubnetServices, EitherModeMakesAddressesFromMacs) {
  EXPECT_TRUE(has_auto_addresses(v6(kSlaac, {})));
  EXPECT_TRUE(has_auto_addresses(v6({}, kStateless)));
  EXPECT_FALSE(has_auto_addresses(v6(kStateful, kStateful)));
  EXPECT_FALSE(has_auto_addresses(v6({}, {})));
}

TEST(DistributedPort, IsToldByOwnerAndDevice) {
  const Uuid subnet = Uuid::random();
  Port port;
  port.device_owner = kDistributedOwner;
  port.device_id = distributed_device_id(subnet);
  EXPECT_EQ(served_subnet(port), subnet);
  port.device_owner = "compute:nova";
  EXPECT_FALSE(served_subnet(port));
}

}  // namespace
}  // namespace weft::model
