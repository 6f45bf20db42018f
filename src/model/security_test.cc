#include "model/security.h"

#include <gtest/gtest.h>

namespace weft::model {
namespace {

TEST(Protocol, NamesAndNumbersAreRead) {
  EXPECT_EQ(parse_protocol("tcp"), 6);
  EXPECT_EQ(parse_protocol("ipip"), 4);
  EXPECT_EQ(parse_protocol("4"), 4);
  EXPECT_EQ(parse_protocol("255"), 255);
}

TEST(Protocol, OtherTextIsRefused) {
  for (const char* bad : {"", "tcpp", "256", "-1", "6 ", "TCP"}) EXPECT_FALSE(parse_protocol(bad)) << bad;
}

TEST(Protocol, OnlyTransportProtocolsHavePorts) {
  EXPECT_TRUE(has_ports(6));
  EXPECT_TRUE(has_ports(132));
  EXPECT_FALSE(has_ports(1));
  EXPECT_FALSE(has_ports(4));
}

TEST(Rule, IsTheSameWithAnyRemoteAddressAsWithNoneSaid) {
  SecurityGroupRule plain, any, some;
  any.remote_prefix = *IpPrefix::parse("0.0.0.0/0");
  some.remote_prefix = *IpPrefix::parse("0.0.0.0/1");
  EXPECT_EQ(any.key(), plain.key());
  EXPECT_NE(some.key(), plain.key());
  plain.ethertype = any.ethertype = IpVersion::kV6;
  any.remote_prefix = *IpPrefix::parse("::/0");
  EXPECT_EQ(any.key(), plain.key());
}

}  // namespace
}  // namespace weft::model
