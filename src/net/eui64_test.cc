#include "net/eui64.h"

#include <gtest/gtest.h>

namespace weft {
namespace {

TEST(Eui64, PutsTheMacWithTheUniversalBitFlippedBehindThePrefix) {
  const auto mac = *MacAddress::parse("fa:16:3e:12:34:56");
  EXPECT_EQ(eui64_address(*IpPrefix::parse("2001:db8:1::/64"), mac).to_string(),
            "2001:db8:1:0:f816:3eff:fe12:3456");
  EXPECT_EQ(link_local(mac).to_string(), "fe80::f816:3eff:fe12:3456");
}

}  // namespace
}  // namespace weft
