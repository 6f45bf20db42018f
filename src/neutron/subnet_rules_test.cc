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

TEST(SubnetRules, GiveAllHostsButTheGatewayToThePools) {
  EXPECT_EQ(default_pools(block("10.7.0.0/24"), ip("10.7.0.1")),
            (std::vector{range("10.7.0.2", "10.7.0.254")}));
  EXPECT_EQ(default_pools(block("10.7.0.0/24"), ip("10.7.0.254")),
            (std::vector{range("10.7.0.1", "10.7.0.253")}));
  EXPECT_EQ(default_pools(block("10.7.0.0/29"), ip("10.7.0.3")),
            (std::vector{range("10.7.0.1", "10.7.0.2"), range("10.7.0.4", "10.7.0.6")}));
  EXPECT_EQ(default_pools(block("10.7.0.0/29"), std::nullopt), (std::vector{range("10.7.0.1", "10.7.0.6")}));
  EXPECT_EQ(default_pools(block("10.7.0.0/31"), ip("10.7.0.0")),
            (std::vector{range("10.7.0.1", "10.7.0.1")}));
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
  EXPECT_EQ(error_type(check_cidr(block("fd00::/64"), true)), "InvalidInput");
  EXPECT_EQ(error_type(check_cidr(block("10.7.0.0/31"), true)), "InvalidInput");
  EXPECT_EQ(error_type(check_cidr(block("10.7.0.0/31"), false)), "");
  EXPECT_EQ(error_type(check_cidr(block("224.0.0.0/24"), true)), "InvalidInput");
  EXPECT_EQ(error_type(check_gateway(block("10.7.0.0/24"), ip("10.7.0.255"))), "InvalidInput");
  EXPECT_EQ(error_type(check_gateway(block("10.7.0.0/24"), ip("fd00::1"))), "InvalidInput");
  EXPECT_EQ(error_type(check_gateway(block("10.7.0.0/24"), ip("10.9.0.1"))), "");
}

}  // namespace
}  // namespace weft::neutron
