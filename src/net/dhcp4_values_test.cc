#include "net/dhcp4_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weft::net {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes bytes(std::string_view text) {
  return {text.begin(), text.end()};
}

TEST(DhcpOptionCode, IsOfANameOrANumber) {
  EXPECT_EQ(dhcp_option_code("bootfile-name"), 67);
  EXPECT_EQ(dhcp_option_code("BootFile-Name"), 67);
  EXPECT_EQ(dhcp_option_code("option:bootfile-name"), 67);
  EXPECT_EQ(dhcp_option_code("67"), 67);
  EXPECT_EQ(dhcp_option_code("server-ip-address"), kServerAddress);
  EXPECT_EQ(dhcp_option_code("no-such-name"), std::nullopt);
  EXPECT_EQ(dhcp_option_code(""), std::nullopt);
  for (auto out_of_range : {"0", "255", "256", "-1", "67 "}) {
    EXPECT_EQ(dhcp_option_code(out_of_range), std::nullopt) << out_of_range;
  }
}

struct Value {
  const char* option;
  const char* text;
  std::optional<Bytes> encoded;  ///< nothing: refused
};

class DhcpValue : public testing::TestWithParam<Value> {};

TEST_P(DhcpValue, IsEncodedAsTheOptionTakesIt) {
  const Value& given = GetParam();
  auto encoded = encode_dhcp_value(*dhcp_option_code(given.option), given.text);
  EXPECT_EQ(encoded.has_value(), given.encoded.has_value()) << given.option << " " << given.text;
  if (encoded && given.encoded) {
    EXPECT_EQ(*encoded, *given.encoded) << given.option << " " << given.text;
  }
}

const Value kValues[] = {
    {"router", "10.0.0.1", Bytes{10, 0, 0, 1}},
    {"ntp-server", "10.0.0.1,10.0.0.2", Bytes{10, 0, 0, 1, 10, 0, 0, 2}},
    {"router", "gateway", std::nullopt},
    {"router", "10.0.0.1,", std::nullopt},
    {"router", "2001:db8::1", std::nullopt},
    {"domain-name", "10.0.0.1", bytes("10.0.0.1")},
    {"tftp-server", "10.0.0.1", bytes("10.0.0.1")},
    {"domain-search", "a.example,b", bytes(std::string_view("\1a\7example\0\1b\0", 14))},
    {"domain-search", "a..b", std::nullopt},
    {"mtu", "1400", Bytes{0x05, 0x78}},
    {"mtu", "70000", std::nullopt},
    {"mtu", "large", std::nullopt},
    {"default-ttl", "64", Bytes{64}},
    {"time-offset", "-3600", Bytes{0xff, 0xff, 0xf1, 0xf0}},
    {"T1", "90", Bytes{0, 0, 0, 90}},
    {"T1", "2h", Bytes{0, 0, 0x1c, 0x20}},
    {"T1", "soon", std::nullopt},
    {"netbios-scope", "text", bytes("text")},
    {"vendor-class", "01:0a:Ff", Bytes{1, 10, 255}},
    {"130", "200", Bytes{200}},
    {"130", "300", Bytes{1, 44}},
    {"130", "70000", Bytes{0, 1, 0x11, 0x70}},
    {"130", "1i", Bytes{0, 0, 0, 1}},
    {"130", "10.0.0.1,10.0.0.2", Bytes{10, 0, 0, 1, 10, 0, 0, 2}},
    {"130", "/path/10", bytes("/path/10")},
    {"classless-static-route", "10.1.0.0/16,10.0.0.1,0.0.0.0/0,10.0.0.2",
     Bytes{16, 10, 1, 10, 0, 0, 1, 0, 10, 0, 0, 2}},
    {"sip-server", "10.0.0.1", Bytes{1, 10, 0, 0, 1}},
    {"sip-server", "sip.example", bytes(std::string_view("\0\3sip\7example\0", 14))},
};
INSTANTIATE_TEST_SUITE_P(Forms, DhcpValue, testing::ValuesIn(kValues));

}  // namespace
}  // namespace weft::net
