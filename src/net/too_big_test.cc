#include "net/too_big.h"

#include <gtest/gtest.h>

#include "net/headers.h"
#include "net/hex_frame.h"

namespace weft::net {
namespace {

const std::vector<TooBigSender> kNode = {
    {MacAddress::from_u64(0x020000000001), *IpAddress::parse("10.0.0.254")},
    {MacAddress::from_u64(0x020000000001), *IpAddress::parse("fe80::1")}};

/// Headers as scapy writes them, and data after them.
Frame with_data(std::string_view headers, std::size_t size) {
  Frame frame = frame_from_hex(headers);
  frame.resize(size, 'x');
  return frame;
}

/// 1500 octets of UDP from 10.0.0.1 to 10.0.0.2, not to be fragmented.
Frame udp4() {
  return with_data("fa163e000002fa163e0000010800450005dc00074000401121080a0000010a0000020001000205c80000",
                   1514);
}
/// 1500 octets of UDP from 2001:db8::1 to 2001:db8::2.
Frame udp6() {
  return with_data(
      "fa163e000002fa163e00000186dd6000000005b4114020010db800000000000000000000000120010db8000000000000000000"
      "0000020001000205b40001",
      1514);
}

TEST(TooBig, IsToldInIcmpAsScapyWritesIt) {
  const auto answer = too_big_answer(udp4(), 1450, kNode);
  ASSERT_TRUE(answer);
  EXPECT_EQ(*answer, with_data("fa163e00000102000000000108004500024000000000400163bf0a0000fe0a0000010304972c0"
                               "00005aa450005dc00074000401121080a0000010a0000020001000205c80000",
                               14 + 576));
}

TEST(TooBig, IsToldInIcmpv6AsScapyWritesIt) {
  const auto answer = too_big_answer(udp6(), 1430, kNode);
  ASSERT_TRUE(answer);
  EXPECT_EQ(*answer, with_data("fa163e00000102000000000186dd6000000004d83a40fe8000000000000000000000000000012"
                               "0010db800000000000000000000000102005863000005966000000005b4114020010db8000000"
                               "00000000000000000120010db80000000000000000000000020001000205b40001",
                               14 + 1280));
}

TEST(TooBig, QuotesWhatIsThereOfAPacketThatWasCut) {
  const auto answer = too_big_answer(FrameView(udp4()).first(60), 1450, kNode);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->size(), 14u + 28u + 46u);
}

TEST(TooBig, IsToldToWhoLetsFragment) {
  Frame frame = udp4();
  frame[20] = 0;
  EXPECT_TRUE(too_big_answer(frame, 1450, kNode));
}

TEST(TooBig, IsNotToldAboutLaterFragments) {
  Frame frame = udp4();
  frame[21] = 8;
  EXPECT_FALSE(too_big_answer(frame, 1450, kNode));
}

TEST(TooBig, IsNotToldAboutErrors) {
  Frame frame = udp4();
  frame[23] = 1;
  frame[34] = 8;  // an echo request
  EXPECT_TRUE(too_big_answer(frame, 1450, kNode));
  frame[34] = 3;
  EXPECT_FALSE(too_big_answer(frame, 1450, kNode));
}

TEST(TooBig, IsNotToldToGroupsNorAboutThem) {
  Frame to_group = udp4();
  to_group[0] = 1;
  EXPECT_FALSE(too_big_answer(to_group, 1450, kNode));
  Frame from_nobody = udp4();
  std::fill_n(from_nobody.begin() + 26, 4, std::uint8_t{0});
  EXPECT_FALSE(too_big_answer(from_nobody, 1450, kNode));
}

TEST(TooBig, IsToldByThePacketsDestinationWhereNobodyElseIs) {
  const auto v6_only = std::span(kNode).subspan(1);
  const auto answer = parse_headers(*too_big_answer(udp4(), 1450, v6_only));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->source, MacAddress::from_u64(0xfa163e000002));
  EXPECT_EQ(answer->ip.front().source, *IpAddress::parse("10.0.0.2"));
  EXPECT_EQ(answer->ip.front().destination, *IpAddress::parse("10.0.0.1"));
  EXPECT_EQ(parse_headers(*too_big_answer(udp6(), 1450, v6_only))->ip.front().source, kNode[1].address);
}

}  // namespace
}  // namespace weft::net
