#include "net/dhcp4.h"

#include <gtest/gtest.h>

namespace weft::net {
namespace {

using Bytes = std::vector<std::uint8_t>;

DhcpMessage discover() {
  DhcpMessage m{.xid = 7, .broadcast = true, .hardware = MacAddress::from_u64(0xfa163e000001)};
  m.set_number(dhcp_option::kMessageType, 1, 1);
  return m;
}

TEST(DhcpMessage, SurvivesBuildingAndParsing) {
  auto m = discover();
  m.options[dhcp_option::kParameterRequestList] = {1, 3, 121};
  m.options[43] = Bytes(600, 0x5a);  // longer than one option holds (RFC 3396)
  auto parsed = parse_dhcp(build_dhcp(m));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, m);
}

TEST(DhcpMessage, IsPaddedToBootpSize) {
  EXPECT_EQ(build_dhcp(discover()).size(), 300u);
}

TEST(DhcpMessage, ReadsOptionsFromOverloadedFields) {
  Bytes bytes = build_dhcp(discover());
  Bytes overload{dhcp_option::kOverload, 1, 3, 255};
  std::copy(overload.begin(), overload.end(), bytes.begin() + 243);
  Bytes file{dhcp_option::kHostName, 2, 'v', 'm', 255};
  std::copy(file.begin(), file.end(), bytes.begin() + 108);
  Bytes server_name{dhcp_option::kHostName, 1, '1', 255};
  std::copy(server_name.begin(), server_name.end(), bytes.begin() + 44);
  auto parsed = parse_dhcp(bytes);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed->find(dhcp_option::kHostName), (Bytes{'v', 'm', '1'}));
}

TEST(DhcpMessage, FieldsOfTheHeaderAreTextsUnlessOverloaded) {
  auto m = discover();
  m.boot_file = std::string(128, 'f');
  m.server_name = "server";
  auto parsed = parse_dhcp(build_dhcp(m));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, m);
}

TEST(DhcpMessage, PutsWhatDoesNotFitIntoFreeFields) {
  auto m = discover();
  m.options[130] = Bytes(290, 'a');  // two options: 255 and 35
  m.options[131] = Bytes(90, 'b');
  m.options[132] = Bytes(60, 'c');
  Bytes bytes = build_dhcp(m, {.most = 548});
  EXPECT_LE(bytes.size(), 548U);
  auto parsed = parse_dhcp(bytes);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, m);
}

TEST(DhcpMessage, LeavesOutWhatFitsNowhere) {
  auto m = discover();
  m.boot_file = "taken";
  m.server_name = "taken";
  m.options[130] = Bytes(290, 'a');
  m.options[131] = Bytes(90, 'b');
  auto parsed = parse_dhcp(build_dhcp(m, {.most = 548, .order = {131, 130}}));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed->find(131), m.options[131]);
  EXPECT_FALSE(parsed->find(130)) << "the whole or nothing";
  EXPECT_EQ(parsed->boot_file, "taken");
}

TEST(DhcpMessage, RefusesWhatIsMalformed) {
  Bytes whole = build_dhcp(discover());
  EXPECT_FALSE(parse_dhcp(FrameView(whole).first(239)));
  Bytes cut = whole;
  cut.resize(242);  // an option without its value
  EXPECT_FALSE(parse_dhcp(cut));
  Bytes cookie = whole;
  cookie[236] = 0;
  EXPECT_FALSE(parse_dhcp(cookie));
  for (std::uint8_t operation : {0, 3, 255}) {
    Bytes neither = whole;
    neither[0] = operation;
    EXPECT_FALSE(parse_dhcp(neither));
  }
  Bytes overload = whole;
  Bytes unknown_fields{dhcp_option::kOverload, 1, 4, 255};
  std::copy(unknown_fields.begin(), unknown_fields.end(), overload.begin() + 243);
  EXPECT_FALSE(parse_dhcp(overload));
  Bytes token_ring = whole;
  token_ring[1] = 6;
  EXPECT_FALSE(parse_dhcp(token_ring));
}

}  // namespace
}  // namespace weft::net
