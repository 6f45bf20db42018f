#include "net/ip.h"

#include <gtest/gtest.h>

namespace weft {
namespace {

IpAddress ip(const char* t) {
  return *IpAddress::parse(t);
}
IpPrefix prefix(const char* t) {
  return *IpPrefix::parse(t);
}

TEST(IpAddress, BothFamiliesSurviveARoundTrip) {
  for (const char* text : {"20.20.1.5", "0.0.0.0", "255.255.255.255", "fe80::1", "::", "2001:db8::a:0:0:1"})
    EXPECT_EQ(ip(text).to_string(), text);
}

TEST(IpAddress, OtherTextIsRefused) {
  for (const char* bad :
       {"", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "fe80::1%eth0", "1.2.3.4/24", "x"})
    EXPECT_FALSE(IpAddress::parse(bad)) << bad;
}

TEST(IpAddress, NextCarriesOverBytes) {
  EXPECT_EQ(ip("10.0.0.255").next(), ip("10.0.1.0"));
  EXPECT_EQ(ip("10.0.1.0").previous(), ip("10.0.0.255"));
  EXPECT_EQ(ip("fe80::ffff").next(), ip("fe80::1:0"));
}

TEST(IpAddress, OrderIsNumeric) {
  EXPECT_LT(ip("9.255.255.255"), ip("10.0.0.0"));
}

TEST(IpPrefix, HostBitsAreClearedOrRefused) {
  EXPECT_EQ(prefix("20.20.1.5/24").to_string(), "20.20.1.0/24");
  EXPECT_FALSE(IpPrefix::parse_exact("20.20.1.5/24"));
  EXPECT_TRUE(IpPrefix::parse_exact("20.20.1.0/24"));
}

TEST(IpPrefix, OtherTextIsRefused) {
  for (const char* bad : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "/8", "fe80::/129"})
    EXPECT_FALSE(IpPrefix::parse(bad)) << bad;
}

TEST(IpPrefix, ContainsAndOverlaps) {
  EXPECT_TRUE(prefix("10.0.0.0/8").contains(ip("10.255.0.1")));
  EXPECT_FALSE(prefix("10.0.0.0/8").contains(ip("11.0.0.0")));
  EXPECT_FALSE(prefix("0.0.0.0/0").contains(ip("::1")));
  EXPECT_TRUE(prefix("10.0.0.0/8").overlaps(prefix("10.1.0.0/16")));
  EXPECT_FALSE(prefix("10.0.0.0/16").overlaps(prefix("10.1.0.0/16")));
}

TEST(IpPrefix, LastAndNetmask) {
  EXPECT_EQ(prefix("20.20.1.0/24").last(), ip("20.20.1.255"));
  EXPECT_EQ(prefix("20.20.1.0/23").netmask(), ip("255.255.254.0"));
  EXPECT_EQ(prefix("2001:db8::/33").last(), ip("2001:db8:7fff:ffff:ffff:ffff:ffff:ffff"));
}

}  // namespace
}  // namespace weft
