#include "net/packet.h"

#include <gtest/gtest.h>

#include "net/hex_frame.h"

namespace weft::net {
namespace {

const UdpEndpoint kClient{MacAddress::from_u64(0xfa163e000001), IpAddress::v4(0x0a000001), 1068};
const UdpEndpoint kServer{MacAddress::from_u64(0xfa163e000002), IpAddress::v4(0x0a0000fe), 67};

const UdpEndpoint kClient6{kClient.mac, *IpAddress::parse("fe80::1"), 546};
const UdpEndpoint kServer6{kServer.mac, *IpAddress::parse("ff02::1:2"), 547};

TEST(UdpPacket, SurvivesBuildingAndParsing) {
  std::vector<std::uint8_t> payload{1, 2, 3};
  for (const auto& [client, server] : {std::pair(kClient, kServer), std::pair(kClient6, kServer6)}) {
    Frame frame = build_udp(client, server, payload);
    auto parsed = parse_udp(frame);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->source, client);
    EXPECT_EQ(parsed->destination, server);
    EXPECT_EQ(std::vector<std::uint8_t>(parsed->payload.begin(), parsed->payload.end()), payload);
  }
}

TEST(UdpPacket, OverIpv6IsWhatScapyWrites) {
  EXPECT_EQ(build_udp(kClient6, kServer6, std::vector<std::uint8_t>{1, 2, 3}),
            frame_from_hex("fa163e000002fa163e00000186dd60000000000b1140fe800000000000000000000000000001ff020"
                           "00000000000000000000001000202220223000bfa09010203"));
}

TEST(UdpPacket, HasValidChecksums) {
  std::vector<std::uint8_t> payload{1, 2, 3};
  Frame frame = build_udp(kClient, kServer, payload);
  EXPECT_EQ(internet_checksum(FrameView(frame).subspan(14, 20)), 0);
  std::uint32_t pseudo_header = 17 + 11 + 0x0a00 + 0x0001 + 0x0a00 + 0x00fe;
  EXPECT_EQ(internet_checksum(FrameView(frame).subspan(34), pseudo_header), 0);
}

TEST(UdpPacket, RefusesEveryTruncation) {
  std::vector<std::uint8_t> payload(9);
  for (const auto& [client, server] : {std::pair(kClient, kServer), std::pair(kClient6, kServer6)}) {
    Frame frame = build_udp(client, server, payload);
    for (std::size_t size = 0; size < frame.size(); ++size)
      EXPECT_FALSE(parse_udp(FrameView(frame).first(size)));
    frame.resize(frame.size() + 10);  // Ethernet padding
    EXPECT_TRUE(parse_udp(frame));
  }
}

TEST(UdpPacket, RefusesFragmentsAndWrongChecksums) {
  Frame frame = build_udp(kClient, kServer, {});
  Frame damaged = frame;
  damaged[26] ^= 1;
  EXPECT_FALSE(parse_udp(damaged));
  Frame fragment = frame;
  fragment[20] = 0x20;  // more fragments
  fragment[24] = static_cast<std::uint8_t>(fragment[24] - 0x20);
  EXPECT_FALSE(parse_udp(fragment));
}

TEST(ArpPacket, SurvivesBuildingAndParsing) {
  ArpPacket arp{.operation = 2,
                .sender_mac = kServer.mac,
                .sender = kServer.address,
                .target_mac = kClient.mac,
                .target = kClient.address};
  Frame frame = build_arp(arp, kClient.mac);
  auto parsed = parse_arp(frame);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, arp);
  for (std::size_t size = 0; size < frame.size(); ++size)
    EXPECT_FALSE(parse_arp(FrameView(frame).first(size)));
}

}  // namespace
}  // namespace weft::net
