#include "ipam/addresses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weft::ipam {
namespace {

using ::testing::ElementsAre;

IpAddress ip(const char* text) {
  return *IpAddress::parse(text);
}

model::Subnet subnet(const char* cidr, std::vector<IpRange> pools) {
  model::Subnet s;
  s.cidr = *IpPrefix::parse(cidr);
  s.allocation_pools = std::move(pools);
  return s;
}

TEST(FindFree, StartsWhereChanceSaysAndGoesAround) {
  auto s = subnet("10.0.0.0/24", {{ip("10.0.0.10"), ip("10.0.0.12")}});
  EXPECT_EQ(find_free(s, {}, 0), ip("10.0.0.10"));
  EXPECT_EQ(find_free(s, {}, 2), ip("10.0.0.12"));
  std::set<IpAddress> last{ip("10.0.0.12")};
  EXPECT_EQ(find_free(s, {.under_way = &last}, 2), ip("10.0.0.10"));
}

TEST(FindFree, CrossesFromPoolToPool) {
  auto s = subnet("10.0.0.0/24", {{ip("10.0.0.10"), ip("10.0.0.11")}, {ip("10.0.0.50"), ip("10.0.0.51")}});
  EXPECT_EQ(find_free(s, {}, 2), ip("10.0.0.50"));
  std::map<IpAddress, Uuid> used{{ip("10.0.0.11"), {}}};
  EXPECT_EQ(find_free(s, {.in_use = &used}, 1), ip("10.0.0.50"));
  used[ip("10.0.0.50")] = used[ip("10.0.0.51")] = {};
  EXPECT_EQ(find_free(s, {.in_use = &used}, 3), ip("10.0.0.10"));
}

TEST(FindFree, FindsEveryAddressOfAPoolOnceAndThenNone) {
  auto s = subnet("10.0.0.0/28", {{ip("10.0.0.0"), ip("10.0.0.15")}});
  s.gateway_ip = ip("10.0.0.1");
  std::set<IpAddress> batch;
  std::map<IpAddress, Uuid> used;
  for (std::uint64_t random = 7; auto found = find_free(s, {&used, nullptr, &batch}, random); random += 7) {
    if (used.size() <= batch.size())
      EXPECT_TRUE(used.emplace(*found, Uuid{}).second);
    else
      EXPECT_TRUE(batch.insert(*found).second);
  }
  EXPECT_EQ(used.size() + batch.size(), 13u) << "16 less network, broadcast and gateway";
}

TEST(FindFree, NoPoolsMeanNoAddress) {
  EXPECT_FALSE(find_free(subnet("10.0.0.0/24", {}), {}, 5));
}

TEST(FindFree, CopesWithHugeIpv6Pools) {
  auto s = subnet("2001:db8::/32", {{ip("2001:db8::2"), ip("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")}});
  auto found = find_free(s, {}, ~std::uint64_t{0});
  ASSERT_TRUE(found);
  EXPECT_TRUE(s.cidr.contains(*found));
}

TEST(FindFree, NeverGivesTheAddressOfAllRouters) {
  auto s = subnet("2001:db8::/64", {{ip("2001:db8::"), ip("2001:db8::1")}});
  EXPECT_EQ(find_free(s, {}, 0), ip("2001:db8::1"));
  std::set<IpAddress> taken{ip("2001:db8::1")};
  EXPECT_FALSE(find_free(s, {.under_way = &taken}, 0));
}

TEST(FindLastFree, GoesDownThroughThePools) {
  auto s = subnet("10.0.0.0/24", {{ip("10.0.0.50"), ip("10.0.0.51")}, {ip("10.0.0.10"), ip("10.0.0.11")}});
  s.gateway_ip = ip("10.0.0.51");
  EXPECT_EQ(find_last_free(s, {}), ip("10.0.0.50"));
  std::map<IpAddress, Uuid> used{{ip("10.0.0.50"), {}}};
  std::set<IpAddress> under_way{ip("10.0.0.11")};
  EXPECT_EQ(find_last_free(s, {.in_use = &used, .under_way = &under_way}), ip("10.0.0.10"));
  used[ip("10.0.0.10")] = {};
  EXPECT_FALSE(find_last_free(s, {.in_use = &used, .under_way = &under_way}));
}

TEST(HostAddress, ExcludesNetworkAndBroadcastOfIpv4Only) {
  auto v4 = *IpPrefix::parse("10.0.0.0/30");
  EXPECT_FALSE(is_host_address(v4, ip("10.0.0.0")));
  EXPECT_TRUE(is_host_address(v4, ip("10.0.0.2")));
  EXPECT_FALSE(is_host_address(v4, ip("10.0.0.3")));
  EXPECT_FALSE(is_host_address(v4, ip("10.0.0.4")));
  EXPECT_TRUE(is_host_address(*IpPrefix::parse("10.0.0.0/31"), ip("10.0.0.0")));
  EXPECT_TRUE(is_host_address(*IpPrefix::parse("2001:db8::/64"), ip("2001:db8::ffff:ffff:ffff:ffff")));
}

IpPrefix cidr(const char* text) {
  return *IpPrefix::parse(text);
}
IpRange range(const char* first, const char* last) {
  return {ip(first), ip(last)};
}

TEST(DefaultPools, AreAllHostsButTheGateway) {
  EXPECT_EQ(default_pools(cidr("10.7.0.0/24"), ip("10.7.0.1")),
            (std::vector{range("10.7.0.2", "10.7.0.254")}));
  EXPECT_EQ(default_pools(cidr("10.7.0.0/24"), ip("10.7.0.254")),
            (std::vector{range("10.7.0.1", "10.7.0.253")}));
  EXPECT_EQ(default_pools(cidr("10.7.0.0/29"), ip("10.7.0.3")),
            (std::vector{range("10.7.0.1", "10.7.0.2"), range("10.7.0.4", "10.7.0.6")}));
  EXPECT_EQ(default_pools(cidr("10.7.0.0/29"), std::nullopt), (std::vector{range("10.7.0.1", "10.7.0.6")}));
  EXPECT_EQ(default_pools(cidr("10.7.0.0/31"), ip("10.7.0.0")), (std::vector{range("10.7.0.1", "10.7.0.1")}));
  EXPECT_EQ(default_pools(cidr("fd00::/64"), ip("fd00::")),
            (std::vector{range("fd00::1", "fd00::ffff:ffff:ffff:ffff")}));
  EXPECT_EQ(default_pools(cidr("fd00::/126"), ip("fd00::2")),
            (std::vector{range("fd00::1", "fd00::1"), range("fd00::3", "fd00::3")}));
  EXPECT_EQ(default_pools(cidr("fd00::/127"), ip("fd00::")), (std::vector{range("fd00::1", "fd00::1")}));
  EXPECT_EQ(default_pools(cidr("fd00::7/128"), std::nullopt), (std::vector{range("fd00::7", "fd00::7")}));
}

TEST(DefaultGateway, IsTheOneThatNeutronNames) {
  EXPECT_EQ(default_gateway(cidr("10.7.0.0/24")), ip("10.7.0.1"));
  EXPECT_EQ(default_gateway(cidr("10.7.0.0/31")), ip("10.7.0.0"));
  EXPECT_EQ(default_gateway(cidr("fd00::/64")), ip("fd00::"));
}

}  // namespace
}  // namespace weft::ipam
