#include "neutron/subnet_rules.h"

#include <gtest/gtest.h>

namespace weft::neutron {
namespace {

IpPrefix block(const char* text) {
  return *IpPrefix::parse(text);
}
IpAddress ip(const char* text) {
  return *IpAddress::parse(text);
}
IpRange range(const char* start, const char* end) {
  return {ip(start), ip(end)};
}

std::string error_type(const Result<void>& result) {
  return result ? "" : result.error().type;
}

TEST(SubnetRules, RefuseUnsoundPools) {
  auto cidr = block("10.7.0.0/24");
  EXPECT_EQ(error_type(check_pools(cidr, {range("10.7.0.10", "10.7.0.20"), range("10.7.0.21", "10.7.0.30")})),
            "");
  EXPECT_EQ(error_type(check_pools(cidr, {range("10.7.0.20", "10.7.0.10")})), "InvalidAllocationPool");
  EXPECT_EQ(error_type(check_pools(cidr, {range("10.7.0.10", "10.8.0.20")})), "OutOfBoundsAllocationPool");
  EXPECT_EQ(error_type(check_pools(cidr, {range("10.7.0.0", "10.7.0.20")})), "OutOfBoundsAllocationPool");
  EXPECT_EQ(error_type(check_pools(cidr, {range("10.7.0.10", "10.7.0.20"), range("10.7.0.20", "10.7.0.30")})),
            "OverlappingAllocationPools");
  EXPECT_EQ(error_type(check_gateway_outside({range("10.7.0.1", "10.7.0.20")}, ip("10.7.0.1"))),
            "GatewayConflictWithAllocationPools");
}

TEST(SubnetRules, RefuseUnsoundBlocksAndGateways) {
  EXPECT_EQ(error_type(check_cidr(block("fd00::/64"), true)), "");
  EXPECT_EQ(error_type(check_cidr(block("fd00::/126"), true)), "");
  EXPECT_EQ(error_type(check_cidr(block("fd00::/127"), true)), "InvalidInput");
  EXPECT_EQ(error_type(check_cidr(block("fd00::/127"), false)), "");
  EXPECT_EQ(error_type(check_cidr(block("::/0"), false)), "InvalidInput");
  EXPECT_EQ(error_type(check_cidr(block("ff02::/64"), true)), "InvalidInput");
  EXPECT_EQ(error_type(check_cidr(block("0.0.0.0/8"), true)), "InvalidInput");
  EXPECT_EQ(error_type(check_cidr(block("10.7.0.0/31"), true)), "InvalidInput");
  EXPECT_EQ(error_type(check_cidr(block("10.7.0.0/31"), false)), "");
  EXPECT_EQ(error_type(check_cidr(block("224.0.0.0/24"), true)), "InvalidInput");
  EXPECT_EQ(error_type(check_gateway(block("10.7.0.0/24"), ip("10.7.0.255"))), "InvalidInput");
  EXPECT_EQ(error_type(check_gateway(block("10.7.0.0/24"), ip("fd00::1"))), "InvalidInput");
  EXPECT_EQ(error_type(check_gateway(block("10.7.0.0/24"), ip("10.9.0.1"))), "");
  EXPECT_EQ(error_type(check_gateway(block("fd00::/64"), ip("fd00::"))), "");
  EXPECT_EQ(error_type(check_gateway(block("fd00::/64"), ip("fe80::1"))), "");
  EXPECT_EQ(error_type(check_gateway(block("fd00::/64"), ip("10.9.0.1"))), "InvalidInput");
}

using Mode = std::optional<model::Ipv6Mode>;
constexpr Mode kNone, kSlaac = model::Ipv6Mode::kSlaac, kStateless = model::Ipv6Mode::kDhcpv6Stateless,
                      kStateful = model::Ipv6Mode::kDhcpv6Stateful;

model::Subnet with_modes(const char* cidr, Mode ra_mode, Mode address_mode) {
  model::Subnet subnet;
  subnet.cidr = block(cidr);
  subnet.ipv6_ra_mode = ra_mode;
  subnet.ipv6_address_mode = address_mode;
  return subnet;
}

std::string fault(const Result<void>& result) {
  return result ? "" : result.error().message;
}

TEST(SubnetRules, TakeModesThatAgree) {
  for (auto mode : {kNone, kSlaac, kStateless, kStateful}) {
    EXPECT_EQ(fault(check_modes(with_modes("fd00::/64", mode, mode))), "");
    EXPECT_EQ(fault(check_modes(with_modes("fd00::/64", mode, kNone))), "");
    EXPECT_EQ(fault(check_modes(with_modes("fd00::/64", kNone, mode))), "");
  }
}

TEST(SubnetRules, RefuseModesThatDiffer) {
  for (auto ra_mode : {kSlaac, kStateless, kStateful})
    for (auto address_mode : {kSlaac, kStateless, kStateful})
      EXPECT_EQ(error_type(check_modes(with_modes("fd00::/64", ra_mode, address_mode))),
                ra_mode == address_mode ? "" : "InvalidInput");
  EXPECT_EQ(fault(check_modes(with_modes("fd00::/64", kSlaac, kStateful))),
            "Invalid input for operation: ipv6_ra_mode set to 'slaac' with ipv6_address_mode set to "
            "'dhcpv6-stateful' is not valid. If both attributes are set, they must be the same value.");
}

TEST(SubnetRules, DemandABlockForEui64OfAutomaticAddresses) {
  for (auto mode : {kSlaac, kStateless}) {
    EXPECT_EQ(error_type(check_modes(with_modes("fd00::/56", mode, mode))), "InvalidInput");
    EXPECT_EQ(error_type(check_modes(with_modes("fd00::/65", kNone, mode))), "InvalidInput");
    EXPECT_EQ(error_type(check_modes(with_modes("fd00::/65", mode, kNone))), "InvalidInput");
  }
  EXPECT_EQ(error_type(check_modes(with_modes("fd00::/112", kStateful, kStateful))), "");
  EXPECT_EQ(fault(check_modes(with_modes("fd00::/56", kSlaac, kSlaac))),
            "Invalid input for operation: Invalid CIDR fd00::/56 for IPv6 address mode. OpenStack uses the "
            "EUI-64 address format, which requires the prefix to be /64.");
}

TEST(SubnetRules, RefuseModesOfIpv4) {
  EXPECT_EQ(fault(check_modes(with_modes("10.7.0.0/24", kSlaac, kNone))),
            "Invalid input for operation: ipv6_ra_mode is not valid when ip_version is 4.");
  EXPECT_EQ(fault(check_modes(with_modes("10.7.0.0/24", kNone, kStateful))),
            "Invalid input for operation: ipv6_address_mode is not valid when ip_version is 4.");
}

TEST(SubnetRules, TieModesToDhcp) {
  auto subnet = with_modes("fd00::/64", kNone, kStateful);
  EXPECT_EQ(fault(check_modes_keep_dhcp(subnet)), "");
  subnet.enable_dhcp = false;
  EXPECT_EQ(
      fault(check_modes(subnet)),
      "Invalid input for operation: ipv6_ra_mode or ipv6_address_mode cannot be set when enable_dhcp is "
      "set to False.");
  EXPECT_EQ(fault(check_modes_keep_dhcp(subnet)),
            "Invalid input for operation: Cannot disable enable_dhcp with ipv6 attributes set.");
  auto without = with_modes("fd00::/64", kNone, kNone);
  without.enable_dhcp = false;
  EXPECT_EQ(fault(check_modes(without)) + fault(check_modes_keep_dhcp(without)), "");
}

}  // namespace
}  // namespace weft::neutron
