// What a node answers itself, in a real switch: packets in, packets out.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "fabric/cookie.h"
#include "fabric/meters.h"
#include "fabric/packet_in.h"
#include "fabric/switch_world.h"
#include "net/eui64.h"
#include "net/packet.h"
#include "openflow/wire.h"

namespace weft::fabric {
namespace {

using net::Frame;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr auto kAlice = ExampleWorld::kAlice, kBob = ExampleWorld::kBob;
const MacAddress kAliceMac = MacAddress::from_u64(0xfa163e000001);
const MacAddress kBobMac = MacAddress::from_u64(0xfa163e000002);
const MacAddress kCarolMac = MacAddress::from_u64(0xfa163e000003);
const MacAddress kRouterMac = MacAddress::from_u64(0xfa163e000005);
const MacAddress kAllNodesMac = MacAddress::from_u64(0x333300000001);
const MacAddress kSolicitedMac = MacAddress::from_u64(0x3333ff000013);

IpAddress ip(const char* text) {
  return *IpAddress::parse(text);
}

struct Way {
  MacAddress from, to;
  IpAddress source, destination;
  std::uint8_t hop_limit = 255;
};

/// With the checksum that the payload's protocol needs.
Frame icmpv6(const Way& way, net::Frame body) {
  Frame pseudo;
  openflow::Writer sum(pseudo);
  sum.bytes(way.source.bytes());
  sum.bytes(way.destination.bytes());
  sum.u32(static_cast<std::uint32_t>(body.size()));
  sum.u32(58);
  sum.bytes(body);
  const auto checksum = net::internet_checksum(pseudo);
  body[2] = static_cast<std::uint8_t>(checksum >> 8);
  body[3] = static_cast<std::uint8_t>(checksum);
  Frame frame;
  openflow::Writer w(frame);
  w.bytes(way.to.bytes);
  w.bytes(way.from.bytes);
  w.u16(0x86dd);
  w.u32(0x60000000);
  w.u16(static_cast<std::uint16_t>(body.size()));
  w.u8(58);
  w.u8(way.hop_limit);
  w.bytes(way.source.bytes());
  w.bytes(way.destination.bytes());
  w.bytes(body);
  return frame;
}

/// A solicitation (135) or advertisement (136), with a link-layer option (RFC 4861, 4.3 and 4.4).
Frame neighbour(std::uint8_t type, std::uint32_t flags, const IpAddress& target,
                std::optional<MacAddress> option) {
  Frame body;
  openflow::Writer w(body);
  w.u8(type);
  w.zeros(3);
  w.u32(flags);
  w.bytes(target.bytes());
  if (!option) return body;
  w.u8(type == 135 ? 1 : 2);
  w.u8(1);
  w.bytes(option->bytes);
  return body;
}

constexpr std::uint32_t kSolicited = 0x40000000, kOverride = 0x20000000;

Frame solicitation(const IpAddress& target, std::optional<MacAddress> option = kAliceMac) {
  return icmpv6({kAliceMac, kSolicitedMac, ip("2001:db8::11"), ip("ff02::1:ff00:13")},
                neighbour(135, 0, target, option));
}
/// Router may ask for any address.
Frame detection(const IpAddress& target) {
  return icmpv6({kRouterMac, kSolicitedMac, ip("::"), ip("ff02::1:ff00:13")}, neighbour(135, 0, target, {}));
}
Frame advertisement(const IpAddress& target, const MacAddress& mac, bool with_option = true) {
  return icmpv6(
      {mac, kAliceMac, target, ip("2001:db8::11")},
      neighbour(136, kSolicited | kOverride, target, with_option ? std::optional(mac) : std::nullopt));
}

/// What alice hears from a MAC when she says that.
Frame answer(SwitchWorld& sw, const Frame& frame, const MacAddress& from) {
  return sw.receive_and_hear(frame, kAlice, kAlice, from);
}

TEST_F(InSwitch, SolicitationsAreAnsweredForPortsElsewhere) {
  for (const auto& target : {ip("2001:db8::13"), link_local(kCarolMac)})
    EXPECT_EQ(answer(sw(), solicitation(target), kCarolMac), advertisement(target, kCarolMac));
}

TEST_F(InSwitch, ASolicitationWithoutAnOptionIsAnsweredWithoutOne) {
  const auto target = ip("2001:db8::13");
  EXPECT_EQ(answer(sw(), solicitation(target, {}), kCarolMac), advertisement(target, kCarolMac, false));
}

TEST_F(InSwitch, DetectionOfAnAddressInUseIsAnsweredToAllNodes) {
  const auto target = ip("2001:db8::13");
  EXPECT_EQ(sw().receive_and_hear(detection(target), ExampleWorld::kRouter, ExampleWorld::kRouter, kCarolMac),
            icmpv6({kCarolMac, kAllNodesMac, target, ip("ff02::1")}, neighbour(136, kOverride, target, {})));
}

std::string asks(const std::string& target, int hop_limit = 255) {
  return "in_port=11,icmp6,nw_ttl=" + std::to_string(hop_limit) +
         ",dl_src=fa:16:3e:00:00:01,dl_dst=33:33:ff:00:00:99,ipv6_src=2001:db8::11,ipv6_dst=ff02::1:ff00:99,"
         "icmpv6_type=135,icmpv6_code=0,nd_sll=fa:16:3e:00:00:01,nd_target=" +
         target;
}

TEST_F(InSwitch, OwnAndUnknownAddressesAreAskedForInTheNetwork) {
  for (const char* target : {"2001:db8::11", "2001:db8::99", "fe80::f816:3eff:fe00:1"})
    EXPECT_THAT(sw().outputs(asks(target)), testing::AllOf(Contains("p12"), Contains("tunnel:100")))
        << target;
  EXPECT_THAT(sw().outputs(asks("2001:db8::13")), ElementsAre("p11")) << "a known one is not";
}

TEST_F(InSwitch, NeighbourDiscoveryFromBeyondTheLinkIsDropped) {
  EXPECT_THAT(sw().outputs(asks("2001:db8::99", 254)), IsEmpty());
  const auto solicits_routers = [](int hop_limit) {
    return "in_port=11,icmp6,nw_ttl=" + std::to_string(hop_limit) +
           ",dl_src=fa:16:3e:00:00:01,dl_dst=33:33:00:00:00:02,ipv6_src=::,ipv6_dst=ff02::2,icmpv6_type=133,"
           "icmpv6_code=0";
  };
  EXPECT_THAT(sw().outputs(solicits_routers(254)), IsEmpty());
  EXPECT_THAT(sw().outputs(solicits_routers(255)), ElementsAre("controller"));
}

TEST_F(InSwitch, RedirectsOfPortsAreDropped) {
  const std::string redirect =
      "in_port=11,icmp6,nw_ttl=255,dl_src=fa:16:3e:00:00:01,dl_dst=fa:16:3e:00:00:05,ipv6_src=2001:db8::11,"
      "ipv6_dst=2001:db8::1,icmpv6_code=0,icmpv6_type=";
  EXPECT_THAT(sw().outputs(redirect + "137"), IsEmpty());
  EXPECT_THAT(sw().outputs(redirect + "128", {"trk,new", "trk,new"}), Not(IsEmpty()));
}

/// An echo (RFC 792, RFC 4443) with some data.
Frame echo_body(std::uint8_t type) {
  return {type, 0, 0, 0, 0x12, 0x34, 0, 1, 'w', 'e', 'f', 't'};
}
Frame icmp(const Way& way, Frame body) {
  const auto checksum = net::internet_checksum(body);
  body[2] = static_cast<std::uint8_t>(checksum >> 8);
  body[3] = static_cast<std::uint8_t>(checksum);
  Frame header;
  openflow::Writer ip_header(header);
  ip_header.u16(0x4500);
  ip_header.u16(static_cast<std::uint16_t>(20 + body.size()));
  ip_header.u32(0x00014000);  // identification 1, don't fragment
  ip_header.u8(way.hop_limit);
  ip_header.u8(1);
  ip_header.u16(0);
  ip_header.u32(way.source.to_u32());
  ip_header.u32(way.destination.to_u32());
  const auto header_checksum = net::internet_checksum(header);
  header[10] = static_cast<std::uint8_t>(header_checksum >> 8);
  header[11] = static_cast<std::uint8_t>(header_checksum);
  Frame frame;
  openflow::Writer w(frame);
  w.bytes(way.to.bytes);
  w.bytes(way.from.bytes);
  w.u16(0x0800);
  w.bytes(header);
  w.bytes(body);
  return frame;
}

TEST_F(InSwitch, ADistributedPortIsFoundAndAnswersPing) {
  const auto mac = sw().example.world.mac_of(sw().example.dhcp4);
  const auto alice = ip("10.0.0.11"), address = ip("10.0.0.2");
  const auto found = net::parse_arp(
      answer(sw(), net::build_arp({1, kAliceMac, alice, {}, address}, MacAddress::broadcast()), mac));
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, (net::ArpPacket{2, mac, address, kAliceMac, alice}));
  EXPECT_EQ(answer(sw(), icmp({kAliceMac, mac, alice, address, 3}, echo_body(8)), mac),
            icmp({mac, kAliceMac, address, alice, 64}, echo_body(0)));
}

TEST_F(InSwitch, ADistributedPortOfIpv6IsFoundAndAnswersPing) {
  const auto mac = sw().example.world.mac_of(sw().example.dhcp6);
  const auto alice = ip("2001:db8::11");
  for (const auto& address : {ip("2001:db8::2"), link_local(mac)}) {
    EXPECT_EQ(answer(sw(), solicitation(address), mac), advertisement(address, mac));
    EXPECT_EQ(answer(sw(), icmpv6({kAliceMac, mac, alice, address, 3}, echo_body(128)), mac),
              icmpv6({mac, kAliceMac, address, alice, 64}, echo_body(129)));
  }
}

TEST_F(InSwitch, WhatADistributedPortDoesNotAnswerEndsThere) {
  const std::string to_it = "in_port=14,tcp,nw_ttl=64,dl_src=fa:16:3e:00:00:05,nw_src=10.0.0.1,dl_dst=" +
                            sw().example.world.mac_of(sw().example.dhcp4).to_string() + ",nw_dst=10.0.0.2";
  EXPECT_THAT(sw().outputs(to_it), IsEmpty());
  EXPECT_THAT(sw().outputs("in_port=14,tcp,nw_ttl=64,dl_src=fa:16:3e:00:00:05,nw_src=10.0.0.1,"
                           "dl_dst=02:00:00:00:00:77,nw_dst=10.0.0.2"),
              Not(IsEmpty()))
      << "an unknown MAC floods";
}

/// From alice to bob, with a frame of so many bytes.
Frame ping_of(std::size_t size) {
  Frame body(size - 34);
  body[0] = 8;
  return icmp({kAliceMac, kBobMac, ip("10.0.0.11"), ip("10.0.0.12"), 64}, std::move(body));
}

std::uint64_t drops_at(SwitchWorld& sw, std::uint32_t ofport, Drop reason) {
  for (const auto& meter : sw.meters()) {
    const auto drops = drops_of(meter);
    if (drops && drops->ofport == ofport && drops->reason == reason) return drops->packets;
  }
  return 0;
}

TEST_F(InSwitch, APacketLargerThanTheMtuGoesUpAndNowhereElse) {
  constexpr std::size_t kLargest = 1450 + 14;
  EXPECT_EQ(sw().receive_and_hear(ping_of(kLargest), kAlice, kBob, kAliceMac), ping_of(kLargest));
  EXPECT_EQ(drops_at(sw(), kAlice, Drop::kTooBig), 0u);
  sw().receive(ping_of(kLargest + 1), kAlice);
  const auto up = sw().take_packet_ins(kAlice, 1);
  EXPECT_EQ(up.at(0).userdata, Frame{static_cast<std::uint8_t>(PacketInKind::kTooBig)});
  EXPECT_EQ(up.at(0).full_length, kLargest + 1);
  // The next that bob hears is not the one that was too big.
  EXPECT_EQ(sw().receive_and_hear(ping_of(100), kAlice, kBob, kAliceMac).size(), 100u);
  EXPECT_EQ(drops_at(sw(), kAlice, Drop::kTooBig), 1u);
}

TEST_F(InSwitch, ANetworksMtuIsItsOwn) {
  auto& world = sw().example.world;
  auto set_mtu = [&](int mtu) {
    world.edit<model::Network>(sw().example.blue, [&](model::Network& row) { row.mtu = mtu; });
    sw().update();
    sw().forget_packets();
  };
  set_mtu(1000);
  sw().receive(ping_of(1015), kAlice);
  EXPECT_EQ(sw().take_packet_ins(kAlice, 1).at(0).full_length, 1015u);
  set_mtu(1450);
  EXPECT_EQ(sw().receive_and_hear(ping_of(1015), kAlice, kBob, kAliceMac).size(), 1015u);
}

Frame discover(const MacAddress& mac) {
  const std::vector<std::uint8_t> payload(300);
  return net::build_udp({mac, ip("0.0.0.0"), 68}, {MacAddress::broadcast(), ip("255.255.255.255"), 67},
                        payload);
}

TEST_F(InSwitch, AFloodOfDiscoversDelaysNobodyElse) {
  constexpr std::uint64_t kFlood = 800, kMost = 200;  // that the meter lets through meanwhile
  const auto before = drops_at(sw(), kAlice, Drop::kTooManyRequests);
  sw().receive(discover(kAliceMac), kAlice, kFlood);
  sw().receive(discover(kBobMac), kBob);
  const auto of_bob = sw().take_packet_ins(kBob, 1);
  EXPECT_EQ(of_bob.at(0).userdata, Frame{static_cast<std::uint8_t>(PacketInKind::kDhcp)});
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  auto kept_back = [&] { return drops_at(sw(), kAlice, Drop::kTooManyRequests) - before; };
  while (kept_back() < kFlood - kMost && std::chrono::steady_clock::now() < deadline) {
  }
  EXPECT_GE(kept_back(), kFlood - kMost);
  EXPECT_EQ(drops_at(sw(), kBob, Drop::kTooManyRequests), 0u);
}

TEST_F(InSwitch, RequestsOfBothVersionsGoToTheAgentOnly) {
  const std::string dhcp6 =
      "in_port=11,udp6,nw_ttl=64,dl_src=fa:16:3e:00:00:01,dl_dst=33:33:00:01:00:02,ipv6_src="
      "fe80::f816:3eff:fe00:1,ipv6_dst=ff02::1:2,udp_src=546,udp_dst=547";
  EXPECT_THAT(sw().outputs(dhcp6), ElementsAre("controller"));
  auto& world = sw().example.world;
  auto set_options = [&](std::vector<model::ExtraDhcpOption> options) {
    world.edit<model::Port>(sw().example.alice, [&](model::Port& row) { row.extra_dhcp_opts = options; });
    sw().update();
  };
  set_options({{"dhcp_disabled", "True", IpVersion::kV6}});
  EXPECT_THAT(sw().outputs(dhcp6), testing::AllOf(Contains("tunnel:100"), Not(Contains("controller"))));
  set_options({});
  EXPECT_THAT(sw().outputs(dhcp6), ElementsAre("controller"));
}

}  // namespace
}  // namespace weft::fabric
