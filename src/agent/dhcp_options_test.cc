#include "agent/dhcp_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/dhcp_dialogue.h"

namespace weft::agent {
namespace {

using namespace dialogue;
using net::DhcpMessage;
using net::DhcpType;
namespace option = net::dhcp_option;
using testing::ElementsAre;
using testing::IsEmpty;

Bytes bytes(std::string_view text) {
  return {text.begin(), text.end()};
}

std::vector<int> codes(const DhcpMessage& m) {
  std::vector<int> out;
  for (const auto& [code, value] : m.options) out.push_back(code);
  return out;
}

DhcpMessage offer(Bytes list, const DhcpLease& lease = example_lease()) {
  return ask(request(DhcpType::kDiscover, std::move(list)), {lease}).message;
}

DhcpLease with_extra(std::vector<model::ExtraDhcpOption> extra) {
  DhcpLease lease = example_lease();
  lease.extra_options = read_extra_options(extra);
  EXPECT_THAT(lease.extra_options.unusable, IsEmpty());
  return lease;
}

struct OptionValue {
  int code;
  Bytes value;
};

class DhcpOption : public testing::TestWithParam<OptionValue> {};

TEST_P(DhcpOption, IsGivenToWhomAsksForIt) {
  auto code = static_cast<std::uint8_t>(GetParam().code);
  auto message = offer({code});
  ASSERT_TRUE(message.find(code));
  EXPECT_EQ(*message.find(code), GetParam().value);
  EXPECT_FALSE(offer({200}).find(code)) << "to nobody else";
}

const OptionValue kValues[] = {
    {1, {255, 255, 255, 0}},
    {3, {20, 20, 1, 1}},
    {6, {8, 8, 8, 8, 8, 8, 4, 4}},
    {12, bytes("vm1")},
    {15, bytes("example.org")},
    {26, {0x05, 0xaa}},
    {28, {20, 20, 1, 255}},
    {42, {192, 0, 2, 123}},
    {58, {0, 0, 0xa8, 0xc0}},
    {59, {0, 1, 0x27, 0x50}},
    {119, bytes(std::string_view("\7example\3org\0", 13))},
    {121, {16, 10, 1, 20, 20, 1, 9, 0, 20, 20, 1, 1}},
    {249, {16, 10, 1, 20, 20, 1, 9, 0, 20, 20, 1, 1}},
};
INSTANTIATE_TEST_SUITE_P(Standard, DhcpOption, testing::ValuesIn(kValues));

TEST(DhcpOptions, AreThoseAskedForAndTheMandatoryOnes) {
  EXPECT_THAT(codes(offer({1, 28, 26})), ElementsAre(1, 26, 28, 51, 53, 54));
  EXPECT_THAT(codes(offer({})), ElementsAre(51, 53, 54));
  EXPECT_THAT(codes(ask(request(DhcpType::kDiscover)).message), ElementsAre(1, 3, 6, 26, 51, 53, 54))
      << "without a list";
}

TEST(DhcpOptions, OfASubnetWithoutGatewayHaveNoRouter) {
  DhcpLease lease = example_lease();
  lease.gateway.reset();
  lease.routes.clear();
  lease.dns_servers.clear();
  EXPECT_THAT(codes(offer({3, 6, 121}, lease)), ElementsAre(51, 53, 54));
}

TEST(DhcpOptions, LeaseWithoutEndIsNotRenewed) {
  DhcpLease lease = example_lease();
  lease.lease_seconds = kInfiniteLease;
  auto message = offer({58, 59}, lease);
  EXPECT_EQ(*message.find(option::kLeaseTime), Bytes(4, 0xff));
  EXPECT_FALSE(message.find(58));
  EXPECT_FALSE(message.find(59));
}

TEST(DhcpOptions, TimesOfShortLeasesAreInTheirOrder) {
  DhcpLease lease = example_lease();
  lease.lease_seconds = 6;
  auto message = offer({58, 59}, lease);
  EXPECT_EQ(*message.find(58), (Bytes{0, 0, 0, 3}));
  EXPECT_EQ(*message.find(59), (Bytes{0, 0, 0, 5}));
}

TEST(DhcpOptions, StandInTheClientsOrder) {
  auto payload = ask(request(DhcpType::kDiscover, Bytes{28, 6, 1, 28})).payload;
  std::vector<int> order;
  for (std::size_t at = 240; payload[at] != 255; at += 2U + payload[at + 1]) order.push_back(payload[at]);
  EXPECT_THAT(order, ElementsAre(53, 54, 51, 28, 6, 1));
}

TEST(ExtraDhcpOptions, WinOverTheSubnets) {
  auto lease = with_extra({{"router", "20.20.1.77"}, {"ntp-server", "192.0.2.1,192.0.2.2"}, {"mtu", "1400"}});
  auto message = offer({3, 26, 42}, lease);
  EXPECT_EQ(*message.find(3), (Bytes{20, 20, 1, 77}));
  EXPECT_EQ(*message.find(26), (Bytes{0x05, 0x78}));
  EXPECT_EQ(*message.find(42), (Bytes{192, 0, 2, 1, 192, 0, 2, 2}));
  EXPECT_FALSE(offer({1}, lease).find(42)) << "not asked for";
}

TEST(ExtraDhcpOptions, WithoutValueTakeAnOptionAway) {
  auto lease = with_extra({{"router", ""}, {"classless-static-route", ""}});
  EXPECT_THAT(codes(offer({1, 3, 121}, lease)), ElementsAre(1, 51, 53, 54));
}

TEST(ExtraDhcpOptions, AreAllSentToAClientWithoutList) {
  auto lease = with_extra({{"vendor-class", "weft"}});
  EXPECT_EQ(*ask(request(DhcpType::kDiscover), {lease}).message.find(60), bytes("weft"));
}

TEST(ExtraDhcpOptions, BootFileAndServerAreInTheHeaderUnlessAskedForAsOptions) {
  auto lease = with_extra({{"67", "undionly.kpxe"}, {"66", "192.0.2.9"}, {"server-ip-address", "192.0.2.9"}});
  auto plain = offer({1}, lease);
  EXPECT_EQ(plain.boot_file, "undionly.kpxe");
  EXPECT_EQ(plain.server_name, "192.0.2.9");
  EXPECT_EQ(plain.next_server, ip("192.0.2.9"));
  EXPECT_FALSE(plain.find(67));
  auto asked = offer({66, 67}, lease);
  EXPECT_EQ(asked.boot_file, "");
  EXPECT_EQ(*asked.find(67), bytes(std::string_view("undionly.kpxe\0", 14)));
  EXPECT_EQ(*asked.find(66), bytes(std::string_view("192.0.2.9\0", 10)));
  EXPECT_EQ(asked.next_server, ip("192.0.2.9"));
}

TEST(ExtraDhcpOptions, BootFileThatIsTooLongForTheHeaderIsAnOption) {
  auto message = offer({1}, with_extra({{"67", "http://192.0.2.9/" + std::string(128, 'a')}}));
  EXPECT_EQ(message.boot_file, "");
  ASSERT_TRUE(message.find(67));
  EXPECT_EQ(message.find(67)->size(), 17U + 128 + 1);
}

TEST(ExtraDhcpOptions, IpxeGetsItsScriptAndOthersGetIpxe) {
  auto lease = with_extra({{"tag:ipxe,67", "http://192.0.2.9/boot.ipxe"}, {"tag:!ipxe,67", "undionly.kpxe"}});
  auto m = request(DhcpType::kDiscover, Bytes{1});
  EXPECT_EQ(ask(m, {lease}).message.boot_file, "undionly.kpxe");
  auto by_option = m;
  by_option.options[option::kIpxe] = {1, 1, 1};
  EXPECT_EQ(ask(by_option, {lease}).message.boot_file, "http://192.0.2.9/boot.ipxe");
  auto by_class = m;
  by_class.options[option::kUserClass] = bytes("iPXE");
  EXPECT_EQ(ask(by_class, {lease}).message.boot_file, "http://192.0.2.9/boot.ipxe");
}

TEST(ExtraDhcpOptions, WithATagThatHoldsWinOverThoseWithout) {
  auto extra = read_extra_options({{"tag:ipxe,67", "script"}, {"67", "loader"}, {"tag:foo,67", "never"}});
  EXPECT_EQ(extra.find(67, {"ipxe"})->value, bytes("script"));
  EXPECT_EQ(extra.find(67, {})->value, bytes("loader"));
}

TEST(ExtraDhcpOptions, NameThoseThatCannotBeSent) {
  auto extra = read_extra_options({{"no-such-option", "1"},
                                   {"router", "not an address"},
                                   {"54", "192.0.2.1"},
                                   {"300", "1"},
                                   {"dhcp_disabled", "false"},
                                   {"nonsense", "x", IpVersion::kV6},
                                   {"domain-name", "example.net"}});
  EXPECT_THAT(extra.unusable, ElementsAre("no-such-option", "router", "54", "300"));
  ASSERT_EQ(extra.usable.size(), 1U);
  EXPECT_EQ(extra.usable.front().code, 15);
}

TEST(ExtraDhcpOptions, ThatCannotBeSentAreInTheLogOnce) {
  const Uuid port = Uuid::random();
  UnusableOptions log;
  EXPECT_FALSE(log.report(port, {}));
  EXPECT_TRUE(log.report(port, {"router"}));
  EXPECT_FALSE(log.report(port, {"router"}));
  EXPECT_TRUE(log.report(port, {"mtu"})) << "they changed";
  log.keep({});
  EXPECT_TRUE(log.report(port, {"mtu"})) << "the port was gone";
}

TEST(ExtraDhcpOptions, TimesStayWithinTheLease) {
  auto message = offer({58, 59}, with_extra({{"T1", "1h"}, {"T2", "30d"}}));
  EXPECT_EQ(*message.find(58), (Bytes{0, 0, 0x0e, 0x10}));
  EXPECT_EQ(*message.find(59), (Bytes{0, 1, 0x27, 0x50})) << "longer than the lease: the usual";
}

/// More options than a message of 576 bytes holds.
DhcpLease large_lease() {
  return with_extra({{"130", std::string(200, 'a')},
                     {"131", std::string(100, 'b')},
                     {"132", std::string(50, 'c')},
                     {"133", std::string(30, 'd')}});
}

TEST(LargeDhcpAnswers, UseTheHeadersFieldsForOptions) {
  auto answer = ask(request(DhcpType::kDiscover, Bytes{130, 131, 132, 133}), {large_lease()});
  EXPECT_LE(answer.payload.size(), 576U - 28);
  EXPECT_THAT(codes(answer.message), ElementsAre(51, 53, 54, 130, 131, 132, 133));
  EXPECT_EQ(*answer.message.find(132), Bytes(50, 'c'));
}

TEST(LargeDhcpAnswers, LeaveOutWhatFitsNowhere) {
  auto lease = large_lease();
  auto more = with_extra({{"67", "boot"}, {"66", "server"}});
  for (auto& extra : more.extra_options.usable) lease.extra_options.usable.push_back(extra);
  auto answer = ask(request(DhcpType::kDiscover, Bytes{130, 131, 132, 133}), {lease});
  EXPECT_LE(answer.payload.size(), 576U - 28);
  EXPECT_EQ(answer.message.boot_file, "boot") << "not free";
  EXPECT_THAT(codes(answer.message), ElementsAre(51, 53, 54, 130, 132, 133)) << "131 does not fit behind 130";
}

TEST(LargeDhcpAnswers, FollowTheClientsOwnLimit) {
  auto m = request(DhcpType::kDiscover, Bytes{130, 131, 132, 133});
  m.set_number(option::kMaximumSize, 1000, 2);
  auto answer = ask(m, {large_lease()});
  EXPECT_GT(answer.payload.size(), 576U - 28);
  EXPECT_EQ(answer.payload[108], 0) << "the boot file's field is not needed";
  m.set_number(option::kMaximumSize, 100, 2);
  EXPECT_LE(ask(m, {large_lease()}).payload.size(), 576U - 28) << "less than 576 is no limit";
}

}  // namespace
}  // namespace weft::agent
