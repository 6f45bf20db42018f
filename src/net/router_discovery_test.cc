#include "net/router_discovery.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "net/hex_frame.h"

namespace weft::net {
namespace {

const MacAddress kHost = MacAddress::from_u64(0xfa163e000001), kRouter = MacAddress::from_u64(0x020000000001);

/// As scapy writes it.
Frame solicitation() {
  return frame_from_hex(
      "333300000002fa163e00000186dd6000000000103afffe80000000000000f8163efffe000001ff020000000000000000000000"
      "000002"
      "85000efe000000000101fa163e000001");
}

TEST(RouterSolicitation, TellsWhoAsks) {
  const auto parsed = parse_router_solicitation(solicitation());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, (RouterSolicitation{kHost, *IpAddress::parse("fe80::f816:3eff:fe00:1"), kHost}));
}

TEST(RouterSolicitation, IsRefusedAfterARouter) {
  Frame far = solicitation();
  far[14 + 7] = 254;
  EXPECT_EQ(parse_router_solicitation(far).error().code, Errc::kForbidden);
}

TEST(RouterSolicitation, IsRefusedWhenItsChecksumIsWrong) {
  Frame changed = solicitation();
  changed.back() ^= 1;
  EXPECT_FALSE(parse_router_solicitation(changed));
}

TEST(RouterSolicitation, IsRefusedWhenItIsCut) {
  const Frame whole = solicitation();
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(parse_router_solicitation(FrameView(whole).first(size))) << size;
}

/// The frame with another byte of the message, and the checksum that goes with it.
Frame with_byte(std::size_t at, std::uint8_t value) {
  Frame frame = solicitation();
  const int difference = at % 2 == 0 ? (value - frame[at]) << 8 : value - frame[at];
  const int sum = (frame[56] << 8 | frame[57]) - difference;
  const int folded = (sum % 0xffff + 0xffff) % 0xffff;
  frame[at] = value;
  frame[56] = static_cast<std::uint8_t>(folded >> 8);
  frame[57] = static_cast<std::uint8_t>(folded);
  return frame;
}

TEST(RouterSolicitation, IsRefusedWithAnOptionWithoutLength) {
  EXPECT_TRUE(parse_router_solicitation(with_byte(67, 0xf0))) << "the control";
  EXPECT_FALSE(parse_router_solicitation(with_byte(63, 0)));
  EXPECT_FALSE(parse_router_solicitation(with_byte(63, 2)));
}

TEST(RouterSolicitation, IsRefusedWithAnotherCode) {
  EXPECT_FALSE(parse_router_solicitation(with_byte(55, 1)));
}

std::vector<Frame> to_all(const RouterAdvertisement& advertisement) {
  return build_router_advertisements(advertisement, kRouter, *IpAddress::parse("fe80::1"),
                                     MacAddress::from_u64(0x333300000001), *IpAddress::parse("ff02::1"));
}

TEST(RouterAdvertisement, IsWhatScapyWrites) {
  const RouterAdvertisement advertisement{
      .other = true,
      .mtu = 1450,
      .prefixes = {{.prefix = *IpPrefix::parse("2001:db8::/64"), .autonomous = true}},
      .names = {.servers = {*IpAddress::parse("2001:db8::53")}, .search_domains = {"example"}}};
  EXPECT_EQ(build_router_advertisements(advertisement, kRouter, *IpAddress::parse("fe80::1"), kHost,
                                        *IpAddress::parse("fe80::f816:3eff:fe00:1")),
            std::vector<Frame>{frame_from_hex(
                "fa163e00000102000000000186dd6000000000703afffe800000000000000000000000000001fe80000000"
                "000000f8163efffe0000018600cdde404000000000000000000000010102000000000105010000000005aa"
                "030440c000015180000038400000000020010db8000000000000000000000000190300000000384020010d"
                "b80000000000000000000000531f03000000003840076578616d706c650000000000000000")});
}

TEST(RouterAdvertisement, OfNothingHasItsSenderOnly) {
  const auto frames = to_all({});
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0].size(), 14u + 40u + 16u + 8u);
}

/// The options of these types in one message, whole.
std::vector<Frame> options(const Frame& frame, std::initializer_list<std::uint8_t> types) {
  std::vector<Frame> found;
  std::size_t at = 14 + 40 + 16;
  while (at < frame.size() && frame[at + 1] != 0) {
    const std::size_t size = frame[at + 1] * std::size_t{8};
    const auto start = frame.begin() + static_cast<std::ptrdiff_t>(at);
    if (std::ranges::count(types, frame[at]) != 0)
      found.emplace_back(start, start + static_cast<std::ptrdiff_t>(size));
    at += size;
  }
  EXPECT_EQ(at, frame.size()) << "options end with the message";
  return found;
}

TEST(RouterAdvertisement, ThatIsLargerThanTheWireIsSpread) {
  RouterAdvertisement advertisement{
      .managed = true, .mtu = 1450, .prefixes = {}, .names = {}, .withdrawn = {}};
  for (int n = 0; n < 50; ++n) {
    const auto text = std::string("2001:db8:") + std::to_string(n) + "::/64";
    advertisement.prefixes.push_back({.prefix = *IpPrefix::parse(text)});
  }
  const auto frames = to_all(advertisement);
  ASSERT_EQ(frames.size(), 2u);
  std::set<Frame> prefixes;
  for (const auto& frame : frames) {
    EXPECT_LE(frame.size(), 14u + 1450u);
    EXPECT_EQ(frame[14 + 40 + 5], 0x80) << "managed";
    EXPECT_EQ(options(frame, {1, 5}).size(), 2u) << "link-layer address and MTU";
    for (const auto& prefix : options(frame, {3})) prefixes.insert(prefix);
  }
  EXPECT_EQ(prefixes.size(), 50u);
  advertisement.prefixes.resize(43);
  ASSERT_EQ(to_all(advertisement).size(), 1u);
  EXPECT_EQ(to_all(advertisement)[0].size(), 14u + 1448u) << "nothing is spread that fits";
}

TEST(RouterAdvertisement, NamesAreSpreadOverOptions) {
  RouterAdvertisement advertisement{.prefixes = {}, .names = {}, .withdrawn = {}};
  for (std::uint8_t n = 0; n < 200; ++n) {
    advertisement.names.servers.push_back(*IpAddress::parse("2001:db8::" + std::to_string(n)));
    advertisement.names.search_domains.push_back(std::string(60, 'a') + '.' + std::to_string(n));
  }
  std::size_t servers = 0, names = 0;
  for (const auto& frame : to_all(advertisement)) {
    EXPECT_LE(frame.size(), 14u + 1280u) << "IPv6's least MTU";
    for (const auto& option : options(frame, {25})) servers += (option.size() - 8) / 16;
    for (const auto& option : options(frame, {31})) names += std::ranges::count(option, 60);
  }
  EXPECT_EQ(servers, 200u);
  EXPECT_EQ(names, 200u);
}

}  // namespace
}  // namespace weft::net
