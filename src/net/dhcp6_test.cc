#include "net/dhcp6.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weft::net {
namespace {

namespace option = dhcp6_option;
using Bytes = std::vector<std::uint8_t>;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Dhcp6Message reply() {
  Dhcp6Message m{.type = Dhcp6Type::kReply, .transaction = 0x123456};
  m.options[option::kClientId] = {0, 3, 0, 1, 0xfa, 0x16, 0x3e, 0, 0, 1};
  m.options[option::kServerId] = {0, 3, 0, 1, 2, 0, 0, 0, 0, 1};
  m.options[option::kRapidCommit] = {};
  m.associations = {{.id = 7,
                     .renew_after = 300,
                     .rebind_after = 480,
                     .addresses = {{*IpAddress::parse("2001:db8::5"), 600, 900}},
                     .status = Dhcp6Status{Dhcp6Code::kSuccess, "all is well"}},
                    {.id = 8, .addresses = {}, .status = Dhcp6Status{Dhcp6Code::kNoAddresses, ""}},
                    {.kind = Dhcp6Association::Kind::kTemporary, .id = 9, .addresses = {}, .status = {}},
                    {.kind = Dhcp6Association::Kind::kPrefixes,
                     .id = 10,
                     .addresses = {},
                     .status = Dhcp6Status{Dhcp6Code::kNoPrefixes, ""}}};
  m.status = Dhcp6Status{Dhcp6Code::kNotOnLink, "move"};
  return m;
}

TEST(Dhcp6Message, SurvivesBuildingAndParsing) {
  const auto parsed = parse_dhcp6(build_dhcp6(reply()));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, reply());
}

TEST(Dhcp6Message, HasTheLayoutOfRfc8415) {
  Dhcp6Message m{.type = Dhcp6Type::kAdvertise, .transaction = 0x0a0b0c};
  m.options[option::kRapidCommit] = {};
  m.associations = {{.id = 1, .renew_after = 2, .rebind_after = 3, .addresses = {}, .status = {}}};
  EXPECT_EQ(build_dhcp6(m), (Bytes{2, 0x0a, 0x0b, 0x0c,  // type, transaction
                                   0, 3,    0,    12,   0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3,  // IA_NA
                                   0, 14,   0,    0}));                                      // rapid commit
}

TEST(Dhcp6Message, TellsWhatTheClientAsksFor) {
  Dhcp6Message m;
  EXPECT_THAT(m.requested(), IsEmpty());
  m.options[option::kRequest] = {0, 23, 0, 24, 0};
  EXPECT_THAT(m.requested(), ElementsAre(option::kDnsServers, option::kDomainSearch));
}

TEST(Dhcp6Message, KeepsTheFirstOfARepeatedOption) {
  const auto parsed = parse_dhcp6(Bytes{1, 0, 0, 1, 0, 8, 0, 1, 5, 0, 8, 0, 1, 6});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed->find(8), Bytes{5});
}

TEST(Dhcp6Message, RefusesWhatIsMalformed) {
  const Bytes whole = build_dhcp6(reply());
  ASSERT_TRUE(parse_dhcp6(whole));
  for (std::size_t size : {0u, 3u, 6u, 17u, static_cast<unsigned>(whole.size() - 1)})
    EXPECT_FALSE(parse_dhcp6(FrameView(whole).first(size))) << size;
  EXPECT_FALSE(parse_dhcp6(Bytes{1, 0, 0, 1, 0, 3, 0, 4, 0, 0, 0, 1})) << "an association without its times";
  EXPECT_FALSE(parse_dhcp6(Bytes{1, 0, 0, 1, 0, 13, 0, 1, 0})) << "half a status code";
}

TEST(Dhcp6Message, OfARelayIsRefused) {
  for (auto type : {Dhcp6Type::kRelayForward, Dhcp6Type::kRelayReply}) {
    Bytes bytes(34, 0);
    bytes[0] = static_cast<std::uint8_t>(type);
    EXPECT_FALSE(parse_dhcp6(bytes));
  }
}

}  // namespace
}  // namespace weft::net
