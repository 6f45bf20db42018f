#include "agent/dhcp_responder.h"

#include <gtest/gtest.h>

#include "net/dhcp4.h"

namespace weft::agent {
namespace {

using net::DhcpMessage;
using net::DhcpType;
namespace option = net::dhcp_option;
using Bytes = std::vector<std::uint8_t>;

IpAddress ip(std::string_view text) {
  return *IpAddress::parse(text);
}

DhcpLease example_lease() {
  return {.mac = *MacAddress::parse("fa:16:3e:00:00:01"),
          .address = ip("20.20.1.15"),
          .prefix_length = 24,
          .server = ip("20.20.1.2"),
          .server_mac = *MacAddress::parse("fa:16:3e:ff:ff:01"),
          .mtu = 1450,
          .gateway = ip("20.20.1.1"),
          .dns_servers = {ip("8.8.8.8"), ip("8.8.4.4")},
          .host_routes = {{*IpPrefix::parse("10.1.0.0/16"), ip("20.20.1.9")}},
          .lease_seconds = 86400,
          .domain_name = "example.org",
          .host_name = "vm1"};
}

// The parameter request lists that real clients send.
const Bytes kDhclientList{1, 28, 2, 3, 15, 6, 119, 12, 44, 47, 26, 121, 42};
const Bytes kDocumentList{1, 28, 26};  // subnet-mask, broadcast-address, interface-mtu
const Bytes kUdhcpcList{1, 3, 6, 12, 15, 28, 42};

DhcpMessage request(DhcpType type, std::optional<Bytes> list = std::nullopt) {
  DhcpMessage m{.xid = 0x1234, .hardware = example_lease().mac};
  m.set_number(option::kMessageType, static_cast<std::uint32_t>(type), 1);
  if (list) m.options[option::kParameterRequestList] = *list;
  return m;
}

net::Frame frame_of(const DhcpMessage& m) {
  net::UdpEndpoint client{m.hardware, m.client, net::kDhcpClientPort};
  net::UdpEndpoint everyone{MacAddress::broadcast(), ip("255.255.255.255"), net::kDhcpServerPort};
  return net::build_udp(client, everyone, net::build_dhcp(m));
}

struct Answer {
  net::Frame frame;
  net::UdpPacket udp;
  DhcpMessage message;
};

std::optional<Answer> ask(const DhcpMessage& m, const DhcpLease& lease = example_lease(),
                          DropReason* why = nullptr) {
  auto frame = dhcp_reply(frame_of(m), lease, why);
  if (!frame) return std::nullopt;
  Answer answer{.frame = std::move(*frame)};
  answer.udp = *net::parse_udp(answer.frame);
  answer.message = *net::parse_dhcp(answer.udp.payload);
  return answer;
}

std::vector<int> codes(const DhcpMessage& m) {
  std::vector<int> out;
  for (const auto& [code, value] : m.options) out.push_back(code);
  return out;
}

TEST(DhcpResponder, OffersTheLease) {
  auto answer = ask(request(DhcpType::kDiscover, kUdhcpcList));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->message.type(), DhcpType::kOffer);
  EXPECT_TRUE(answer->message.reply);
  EXPECT_EQ(answer->message.xid, 0x1234u);
  EXPECT_EQ(answer->message.yours, ip("20.20.1.15"));
  EXPECT_EQ(answer->message.address(option::kServerId), ip("20.20.1.2"));
  EXPECT_EQ(answer->message.address(option::kSubnetMask), ip("255.255.255.0"));
  EXPECT_EQ(answer->message.address(option::kBroadcastAddress), ip("20.20.1.255"));
  EXPECT_EQ(answer->message.address(option::kRouters), ip("20.20.1.1"));
  EXPECT_EQ(*answer->message.find(option::kDnsServers), (Bytes{8, 8, 8, 8, 8, 8, 4, 4}));
  EXPECT_GE(answer->udp.payload.size(), 300u);  // BOOTP's minimum
  EXPECT_EQ(answer->udp.source.port, 67);
}

TEST(DhcpResponder, GivesOnlyWhatWasAskedFor) {
  EXPECT_EQ(codes(ask(request(DhcpType::kDiscover, kDocumentList))->message),
            (std::vector<int>{1, 26, 28, option::kLeaseTime, option::kMessageType, option::kServerId}));
  EXPECT_EQ(codes(ask(request(DhcpType::kDiscover, Bytes{58, 59}))->message),
            (std::vector<int>{51, 53, 54, 58, 59}));
  EXPECT_EQ(codes(ask(request(DhcpType::kDiscover))->message), (std::vector<int>{1, 3, 6, 26, 51, 53, 54}));
}

TEST(DhcpResponder, PutsTheDefaultRouteIntoClasslessRoutes) {
  auto answer = ask(request(DhcpType::kDiscover, kDhclientList));
  EXPECT_EQ(*answer->message.find(option::kClasslessRoutes),
            (Bytes{16, 10, 1, 20, 20, 1, 9, 0, 20, 20, 1, 1}));
  EXPECT_EQ(*answer->message.find(option::kInterfaceMtu), (Bytes{0x05, 0xaa}));
}

TEST(DhcpResponder, GivesWindowsItsClasslessRoutes) {
  auto answer = ask(request(DhcpType::kDiscover, Bytes{121, 249}));
  EXPECT_EQ(*answer->message.find(option::kMicrosoftClasslessRoutes),
            *answer->message.find(option::kClasslessRoutes));
}

TEST(DhcpResponder, GivesTheDomainToSearch) {
  auto answer = ask(request(DhcpType::kDiscover, Bytes{119}));
  EXPECT_EQ(*answer->message.find(option::kDomainSearch),
            (Bytes{7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 3, 'o', 'r', 'g', 0}));
}

TEST(DhcpResponder, RefusesRelays) {
  auto relayed = request(DhcpType::kDiscover);
  relayed.relay = ip("20.20.1.77");
  DropReason why{};
  EXPECT_FALSE(ask(relayed, example_lease(), &why));
  EXPECT_EQ(why, DropReason::kRelayed);
}

TEST(DhcpResponder, AcknowledgesItsOwnAddressInEveryState) {
  auto selecting = request(DhcpType::kRequest, kUdhcpcList);
  selecting.set(option::kRequestedAddress, ip("20.20.1.15"));
  auto reboot = selecting;
  selecting.set(option::kServerId, ip("20.20.1.2"));
  auto renewing = request(DhcpType::kRequest, kUdhcpcList);
  renewing.client = ip("20.20.1.15");
  for (const DhcpMessage& m : {selecting, reboot, renewing}) {
    auto answer = ask(m);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->message.type(), DhcpType::kAck);
    EXPECT_EQ(answer->message.yours, ip("20.20.1.15"));
    EXPECT_EQ(answer->message.client, m.client);
  }
}

TEST(DhcpResponder, RefusesAnotherAddressByBroadcast) {
  auto m = request(DhcpType::kRequest, kUdhcpcList);
  m.set(option::kRequestedAddress, ip("20.20.1.99"));
  auto answer = ask(m);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->message.type(), DhcpType::kNak);
  EXPECT_TRUE(answer->message.yours.is_unspecified());
  EXPECT_EQ(codes(answer->message), (std::vector<int>{53, 54}));
  EXPECT_EQ(answer->udp.destination.mac, MacAddress::broadcast());
}

TEST(DhcpResponder, StaysSilentWhenAnotherServerWasChosen) {
  auto m = request(DhcpType::kRequest);
  m.set(option::kServerId, ip("20.20.1.3"));
  DropReason why{};
  EXPECT_FALSE(ask(m, example_lease(), &why));
  EXPECT_EQ(why, DropReason::kOtherServer);
}

TEST(DhcpResponder, InformsWithoutALease) {
  auto m = request(DhcpType::kInform, kUdhcpcList);
  m.client = ip("20.20.1.15");
  auto answer = ask(m);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->message.type(), DhcpType::kAck);
  EXPECT_TRUE(answer->message.yours.is_unspecified());
  EXPECT_FALSE(answer->message.find(option::kLeaseTime));
  EXPECT_EQ(answer->udp.destination.address, ip("20.20.1.15"));
}

TEST(DhcpResponder, HonoursTheBroadcastFlag) {
  auto m = request(DhcpType::kDiscover);
  EXPECT_EQ(ask(m)->udp.destination.mac, example_lease().mac);
  EXPECT_EQ(ask(m)->udp.destination.address, ip("20.20.1.15"));
  m.broadcast = true;
  EXPECT_EQ(ask(m)->udp.destination.mac, MacAddress::broadcast());
  EXPECT_EQ(ask(m)->udp.destination.address, ip("255.255.255.255"));
}

TEST(DhcpResponder, AnswersNobodyElse) {
  DropReason why{};
  auto foreign = request(DhcpType::kDiscover);
  foreign.hardware = *MacAddress::parse("fa:16:3e:00:00:99");
  EXPECT_FALSE(ask(foreign, example_lease(), &why));
  EXPECT_EQ(why, DropReason::kForeignMac);
  EXPECT_FALSE(ask(request(DhcpType::kRelease), example_lease(), &why));
  EXPECT_EQ(why, DropReason::kNoAnswerDue);
  EXPECT_FALSE(ask(request(DhcpType::kOffer), example_lease(), &why));
  EXPECT_EQ(why, DropReason::kMalformed);
  EXPECT_FALSE(dhcp_reply(net::Frame(400), example_lease(), &why));
  EXPECT_EQ(why, DropReason::kMalformed);
}

}  // namespace
}  // namespace weft::agent
