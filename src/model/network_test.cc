#include "model/network.h"

#include <gtest/gtest.h>

namespace weft::model {
namespace {

TEST(Encapsulation, NamesSurviveARoundTrip) {
  for (auto e : {Encapsulation::kVxlan, Encapsulation::kGeneve})
    EXPECT_EQ(parse_encapsulation(to_string(e)), e);
  EXPECT_FALSE(parse_encapsulation("gre"));
}

TEST(Encapsulation, OverheadLeaves1450OfAn1500ByteIpv4Underlay) {
  EXPECT_EQ(1500 - overhead(Encapsulation::kVxlan, IpVersion::kV4), 1450);
  EXPECT_EQ(1500 - overhead(Encapsulation::kGeneve, IpVersion::kV4), 1450);
  EXPECT_EQ(1500 - overhead(Encapsulation::kVxlan, IpVersion::kV6), 1430);
}

}  // namespace
}  // namespace weft::model
