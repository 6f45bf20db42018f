#include "net/mac.h"

#include <gtest/gtest.h>

namespace weft {
namespace {

TEST(MacAddress, TextFormSurvivesARoundTrip) {
  EXPECT_EQ(MacAddress::parse("fa:16:3e:e8:f5:92")->to_string(), "fa:16:3e:e8:f5:92");
  EXPECT_EQ(MacAddress::parse("FA-16-3E-E8-F5-92")->to_string(), "fa:16:3e:e8:f5:92");
}

TEST(MacAddress, OtherTextIsRefused) {
  for (const char* bad : {"", "fa:16:3e:e8:f5", "fa:16:3e:e8:f5:9", "fa:16:3e:e8:f5:9g", "fa:16-3e:e8:f5:92",
                          "fa.16.3e.e8.f5.92", "fa:16:3e:e8:f5:920"})
    EXPECT_FALSE(MacAddress::parse(bad)) << bad;
}

TEST(MacAddress, NumericFormSurvivesARoundTrip) {
  auto mac = *MacAddress::parse("fa:16:3e:e8:f5:92");
  EXPECT_EQ(mac.to_u64(), 0xfa163ee8f592u);
  EXPECT_EQ(MacAddress::from_u64(mac.to_u64()), mac);
}

TEST(MacAddress, TenantMacsHaveNeutronsPrefix) {
  EXPECT_EQ(MacAddress::random_tenant().to_string().substr(0, 8), "fa:16:3e");
}

}  // namespace
}  // namespace weft
