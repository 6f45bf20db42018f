#include "net/headers.h"

#include <gmock/gmock.h>

namespace weft::net {
namespace {

using testing::HasSubstr;

Frame bytes(std::string_view hex) {
  Frame out;
  int digit = -1;
  for (char c : hex) {
    if (c == ' ') continue;
    const int value = c <= '9' ? c - '0' : c - 'a' + 10;
    if (digit < 0) {
      digit = value;
      continue;
    }
    out.push_back(static_cast<std::uint8_t>(digit << 4 | value));
    digit = -1;
  }
  return out;
}

constexpr std::string_view kMacs = "fa163e000002 fa163e000001 ";
// An IPv4 header from 172.16.3.4 to 172.16.5.6, of 60 bytes in all.
std::string ipv4(std::string_view protocol, std::string_view fragment = "0000") {
  return "4500003c 0001" + std::string(fragment) + "40" + std::string(protocol) + "0000 ac100304 ac100506 ";
}
// An IPv6 header from fe80::1 to ff02::1.
std::string ipv6(std::string_view next) {
  return "60000000 0020" + std::string(next) + "ff fe800000000000000000000000000001" +
         "ff020000000000000000000000000001 ";
}

std::string text_of(const std::string& hex) {
  auto headers = parse_headers(bytes(hex));
  return headers ? to_text(*headers) : "";
}
std::string packet(const std::string& ethertype, const std::string& rest) {
  return std::string(kMacs) + ethertype + rest;
}

TEST(Headers, TellTcpWithPortsAndFlags) {
  EXPECT_EQ(
      text_of(packet("0800", ipv4("06") + "a8ca0050 00000000 00000000 5002ffff 00000000")),
      "fa:16:3e:00:00:01 > fa:16:3e:00:00:02, IPv4 172.16.3.4.43210 > 172.16.5.6.80: TCP [S], length 60");
}

TEST(Headers, TellPingsByTheirNames) {
  EXPECT_THAT(text_of(packet("0800", ipv4("01") + "0800f7ff")),
              HasSubstr("IPv4 172.16.3.4 > 172.16.5.6: ICMP echo request, length 60"));
  EXPECT_THAT(text_of(packet("0800", ipv4("01") + "0304f7ff")), HasSubstr("destination unreachable code 4"));
  EXPECT_THAT(text_of(packet("0800", ipv4("01") + "ff07f7ff")), HasSubstr("ICMP type 255 code 7"));
}

TEST(Headers, TellWhatIsInsideOfIpip) {
  auto inner = "45000028 00010000 4011 0000 0a000001 0a000002 1234 0035 0014 0000";
  auto headers = parse_headers(bytes(packet("0800", ipv4("04") + inner)));
  ASSERT_TRUE(headers);
  ASSERT_EQ(headers->ip.size(), 2u);
  EXPECT_EQ(headers->ip[1].destination_port, 53);
  EXPECT_THAT(to_text(*headers),
              HasSubstr("172.16.3.4 > 172.16.5.6: IPIP, IPv4 10.0.0.1.4660 > 10.0.0.2.53: UDP"));
}

TEST(Headers, TellArp) {
  auto arp = "0001 0800 0604 0001 fa163e000001 0a000001 000000000000 0a000002";
  EXPECT_THAT(text_of(packet("0806", arp)),
              HasSubstr("ARP who has 10.0.0.2 tell 10.0.0.1 (fa:16:3e:00:00:01)"));
}

TEST(Headers, TellTagsAndWhatTheyHide) {
  EXPECT_THAT(text_of(packet("88a80064 81000007 0800", ipv4("11") + "00440043 00280000")),
              HasSubstr("VLAN 100, VLAN 7, IPv4 172.16.3.4.68 > 172.16.5.6.67: UDP DHCP request"));
}

TEST(Headers, TellNeighbourDiscovery) {
  auto advertisement = "8800 0000 20000000 fe800000000000000000000000000009 0201 fa163e000009";
  auto headers = parse_headers(bytes(packet("86dd", ipv6("3a") + advertisement)));
  ASSERT_TRUE(headers);
  EXPECT_EQ(headers->ip[0].discovery->link_address, MacAddress::parse("fa:16:3e:00:00:09"));
  EXPECT_THAT(to_text(*headers), HasSubstr("ICMPv6 neighbour advertisement of fe80::9 at fa:16:3e:00:00:09"));
}

TEST(Headers, LookBehindIpv6Extensions) {
  EXPECT_THAT(text_of(packet("86dd", ipv6("00") + "3a00 050200000000" + "86000000")),
              HasSubstr("ICMPv6 router advertisement"));
  EXPECT_THAT(text_of(packet("86dd", ipv6("2c") + "1100 0001 00000001" + "00350035")),
              HasSubstr("IPv6 fe80::1.53 > ff02::1.53: UDP, first fragment"));
}

TEST(Headers, LaterFragmentsHaveNoPorts) {
  EXPECT_THAT(text_of(packet("0800", ipv4("11", "00b9") + "00440043 00280000")),
              HasSubstr("IPv4 172.16.3.4 > 172.16.5.6: UDP, later fragment"));
}

TEST(Headers, TellOtherEthertypes) {
  EXPECT_THAT(text_of(packet("88cc", "0207")), HasSubstr("ethertype 0x88cc"));
  EXPECT_THAT(text_of(packet("0026", "4242")), HasSubstr("802.3, length 38"));
}

TEST(Headers, AreReadAsFarAsTheyAreThere) {
  auto frame = bytes(packet("0800", ipv4("06") + "a8ca0050 00000000 00000000 5002ffff 00000000"));
  for (std::size_t size = 0; size <= frame.size(); ++size) {
    auto headers = parse_headers(FrameView(frame).first(size));
    EXPECT_EQ(headers.has_value(), size >= 14) << size;
    EXPECT_EQ(headers && !headers->ip.empty(), size >= 34) << size;
    EXPECT_EQ(headers && !headers->ip.empty() && headers->ip[0].destination_port, size >= 38) << size;
  }
}

}  // namespace
}  // namespace weft::net
