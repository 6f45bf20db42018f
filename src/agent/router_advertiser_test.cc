#include "agent/router_advertiser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/subnet_services.h"
#include "net/eui64.h"
#include "net/headers.h"
#include "net/hex_frame.h"
#include "net/wire.h"

namespace weft::agent {
namespace {

using model::Ipv6Mode;
using testing::ElementsAre, testing::IsEmpty, testing::SizeIs;

IpAddress ip(std::string_view text) {
  return *IpAddress::parse(text);
}

/// What an advertisement says, as bytes of its ICMPv6 message.
struct Message {
  explicit Message(const net::Frame& frame) : bytes(frame.begin() + 54, frame.end()) {}
  /// The options of a type, each without type and length.
  std::vector<net::Frame> options(std::uint8_t type) const {
    std::vector<net::Frame> found;
    for (std::size_t at = 16; at + 8 <= bytes.size() && bytes[at + 1] != 0;
         at += bytes[at + 1] * std::size_t{8}) {
      const auto start = bytes.begin() + static_cast<std::ptrdiff_t>(at);
      if (bytes[at] == type) found.emplace_back(start + 2, start + bytes[at + 1] * 8);
    }
    return found;
  }
  net::Frame bytes;
};
constexpr std::uint8_t kPrefix = 3, kDnsServers = 25;
constexpr std::size_t kPrefixFlags = 1;

/// Of names; of a prefix, how long it is valid.
std::uint32_t lifetime(const net::Frame& option) {
  return net::wire::u32(option, 2);
}
std::uint32_t preferred_lifetime(const net::Frame& option) {
  return net::wire::u32(option, 6);
}

/// Ports 1 and 2 here, in one network; port 3 in another.
class RouterAdvertiserTest : public testing::Test {
 protected:
  RouterAdvertiserTest() {
    for (auto* network : {&network_, &other_}) {
      network->id = Uuid::random();
      network->mtu = 1450;
      put(*network);
    }
    for (int n : {1, 2, 3}) {
      model::Port port;
      port.id = Uuid::random();
      port.network = n == 3 ? other_.id : network_.id;
      put(port);
      active_[port.id] = {.port = port.id, .ofport = static_cast<std::uint32_t>(n)};
    }
  }

  template <typename T>
  void put(T object) {
    advertiser_.intent_changed({intent_.put(std::move(object))});
  }
  model::Subnet add_subnet(const char* cidr, Ipv6Mode mode) {
    model::Subnet subnet;
    subnet.id = Uuid::random();
    subnet.created_at = ++clock_;
    subnet.network = network_.id;
    subnet.cidr = *IpPrefix::parse(cidr);
    subnet.ipv6_ra_mode = subnet.ipv6_address_mode = mode;
    put(subnet);
    model::Port speaker;
    speaker.id = Uuid::random();
    speaker.network = network_.id;
    speaker.mac = MacAddress::from_u64(0xfa163e000000ULL + static_cast<std::uint64_t>(clock_));
    speaker.device_owner = model::kDistributedOwner;
    speaker.device_id = model::distributed_device_id(subnet.id);
    put(speaker);
    return subnet;
  }
  void remove(const model::Subnet& subnet) {
    advertiser_.intent_changed({*intent_.erase<model::Subnet>(subnet.id)});
  }

  /// What is sent now: the ports' numbers, each with its frame.
  std::multimap<std::uint32_t, net::Frame> refresh() {
    std::multimap<std::uint32_t, net::Frame> sent;
    advertiser_.refresh(active_,
                        [&](const auto& port, const auto& frame) { sent.emplace(port.ofport, frame); });
    return sent;
  }
  MaybeAdvertisement now() { return advertisement_of(network_.id, intent_, settings_); }

  model::Intent intent_;
  model::Network network_, other_;
  DhcpSettings settings_{.dns_domain = "example", .dns_servers = {ip("2001:db8::53")}, .ntp_servers = {}};
  RouterAdvertiser advertiser_{intent_, settings_};
  RouterAdvertiser::LocalPorts active_;
  std::int64_t clock_ = 0;
};

TEST_F(RouterAdvertiserTest, AdvertisementSaysWhatTheSubnetsSay) {
  add_subnet("2001:db8:1::/64", Ipv6Mode::kSlaac);
  EXPECT_FALSE(now()->message.managed || now()->message.other);
  add_subnet("2001:db8:2::/64", Ipv6Mode::kDhcpv6Stateless);
  EXPECT_TRUE(!now()->message.managed && now()->message.other);
  add_subnet("2001:db8:3::/64", Ipv6Mode::kDhcpv6Stateful);
  const auto advertisement = now();
  EXPECT_EQ(advertisement->mac, MacAddress::from_u64(0xfa163e000001)) << "the oldest subnet's";
  EXPECT_EQ(advertisement->message,
            (net::RouterAdvertisement{
                .managed = true,
                .other = true,
                .mtu = 1450,
                .prefixes = {{.prefix = *IpPrefix::parse("2001:db8:1::/64"), .autonomous = true},
                             {.prefix = *IpPrefix::parse("2001:db8:2::/64"), .autonomous = true},
                             {.prefix = *IpPrefix::parse("2001:db8:3::/64")}},
                .names = {.servers = {ip("2001:db8::53")}, .search_domains = {"example"}},
                .withdrawn = {}}));
}

TEST_F(RouterAdvertiserTest, NothingIsAdvertisedWithoutRaModeOrSpeaker) {
  EXPECT_FALSE(now());
  auto subnet = add_subnet("2001:db8:1::/64", Ipv6Mode::kSlaac);
  EXPECT_TRUE(now());
  const auto speaker = intent_.distributed_port_of(subnet.id);
  intent_.erase<model::Port>(speaker->id);
  EXPECT_FALSE(now());
  put(*speaker);
  subnet.ipv6_ra_mode.reset();
  put(subnet);
  EXPECT_FALSE(now());
}

TEST_F(RouterAdvertiserTest, PortIsToldOnceWhenItBecomesActive) {
  add_subnet("2001:db8:1::/64", Ipv6Mode::kSlaac);
  const auto sent = refresh();
  ASSERT_THAT(sent, SizeIs(2)) << "not the other network's";
  const auto headers = net::parse_headers(sent.begin()->second);
  EXPECT_EQ(headers->destination.to_string(), "33:33:00:00:00:01");
  EXPECT_EQ(headers->ip.front().source, link_local(MacAddress::from_u64(0xfa163e000001)));
  EXPECT_EQ(headers->ip.front().destination, ip("ff02::1"));
  EXPECT_EQ(headers->ip.front().hop_limit, 255);
  EXPECT_THAT(refresh(), IsEmpty());
  const auto local = std::ranges::find(active_, 2U, [](const auto& entry) { return entry.second.ofport; });
  local->second.ofport = 9;
  EXPECT_THAT(refresh(), ElementsAre(testing::Key(9))) << "it was plugged anew";
}

TEST_F(RouterAdvertiserTest, WhatWasSaidIsRepeated) {
  const auto subnet = add_subnet("2001:db8:1::/64", Ipv6Mode::kSlaac);
  const auto first = refresh();
  ASSERT_THAT(first, SizeIs(2));
  advertiser_.repeat();
  EXPECT_EQ(refresh(), first);
  EXPECT_THAT(refresh(), IsEmpty()) << "until the next period";
  advertiser_.repeat();
  remove(subnet);
  EXPECT_EQ(lifetime(Message(refresh().begin()->second).options(kPrefix).at(0)), 0U)
      << "what went meanwhile is withdrawn";
}

TEST_F(RouterAdvertiserTest, ChangeIsToldToAllPortsOfTheNetwork) {
  add_subnet("2001:db8:1::/64", Ipv6Mode::kSlaac);
  refresh();
  network_.mtu = 1400;
  put(network_);
  EXPECT_THAT(refresh(), SizeIs(2));
  network_.name = "another";
  put(network_);
  EXPECT_THAT(refresh(), IsEmpty()) << "hosts do not hear of names";
}

TEST_F(RouterAdvertiserTest, PrefixThatWentIsWithdrawnOnce) {
  add_subnet("2001:db8:1::/64", Ipv6Mode::kSlaac);
  const auto second = add_subnet("2001:db8:2::/64", Ipv6Mode::kSlaac);
  refresh();
  remove(second);
  const Message changed(refresh().begin()->second);
  const auto prefixes = changed.options(kPrefix);
  ASSERT_THAT(prefixes, SizeIs(2));
  EXPECT_EQ(std::pair(lifetime(prefixes[0]), preferred_lifetime(prefixes[0])), std::pair(86400U, 14400U));
  EXPECT_EQ(std::pair(lifetime(prefixes[1]), preferred_lifetime(prefixes[1])), std::pair(0U, 0U));
  EXPECT_EQ(prefixes[1][kPrefixFlags], 0xc0);
  EXPECT_THAT(Message(announce(std::nullopt, now())[0]).options(kPrefix), SizeIs(1))
      << "newcomers do not hear of it";
}

TEST_F(RouterAdvertiserTest, LastSubnetSaysGoodbye) {
  const auto subnet = add_subnet("2001:db8:1::/64", Ipv6Mode::kSlaac);
  refresh();
  remove(subnet);
  const auto sent = refresh();
  ASSERT_THAT(sent, SizeIs(2));
  const Message message(sent.begin()->second);
  EXPECT_EQ(lifetime(message.options(kPrefix).at(0)), 0U);
  EXPECT_EQ(lifetime(message.options(kDnsServers).at(0)), 0U);
  EXPECT_THAT(refresh(), IsEmpty());
}

TEST_F(RouterAdvertiserTest, NewSpeakerTakesOver) {
  const auto first = add_subnet("2001:db8:1::/64", Ipv6Mode::kSlaac);
  add_subnet("2001:db8:2::/64", Ipv6Mode::kSlaac);
  const auto before = now();
  intent_.erase<model::Subnet>(first.id);
  const auto frames = announce(before, now());
  ASSERT_THAT(frames, SizeIs(2));
  EXPECT_EQ(net::parse_headers(frames[0])->source, before->mac);
  EXPECT_EQ(net::parse_headers(frames[1])->source, now()->mac);
  EXPECT_THAT(Message(frames[0]).options(kPrefix), SizeIs(1)) << "the other prefix stays";
  EXPECT_EQ(lifetime(Message(frames[0]).options(kDnsServers).at(0)), 0U);
}

TEST_F(RouterAdvertiserTest, DnsServerThatWentIsWithdrawn) {
  auto subnet = add_subnet("2001:db8:1::/64", Ipv6Mode::kSlaac);
  const auto before = now();
  subnet.dns_nameservers = {ip("2001:db8::1")};
  put(subnet);
  const auto servers = Message(announce(before, now()).at(0)).options(kDnsServers);
  ASSERT_THAT(servers, SizeIs(2));
  EXPECT_EQ(lifetime(servers[0]), 14400U);
  EXPECT_EQ(lifetime(servers[1]), 0U);
}

/// As scapy writes it, from fe80::f816:3eff:fe00:1.
const char* const kSolicitation =
    "333300000002fa163e00000186dd6000000000103afffe80000000000000f8163efffe000001ff020000000000000000000000"
    "00000285000efe000000000101fa163e000001";

TEST_F(RouterAdvertiserTest, SolicitationIsAnsweredToItsSource) {
  add_subnet("2001:db8:1::/64", Ipv6Mode::kSlaac);
  const auto answer = answer_solicitation(net::frame_from_hex(kSolicitation), now());
  EXPECT_EQ(answer.outcome, "answered");
  const auto headers = net::parse_headers(answer.frames.at(0));
  EXPECT_EQ(headers->destination, MacAddress::from_u64(0xfa163e000001));
  EXPECT_EQ(headers->ip.front().destination, ip("fe80::f816:3eff:fe00:1"));
  EXPECT_EQ(answer_solicitation(net::frame_from_hex(kSolicitation), std::nullopt).outcome,
            "no_advertisement");
}

TEST_F(RouterAdvertiserTest, SolicitationFromNobodyIsAnsweredToAll) {
  add_subnet("2001:db8:1::/64", Ipv6Mode::kSlaac);
  const auto answer = answer_solicitation(
      net::frame_from_hex(
          "333300000002fa163e00000186dd6000000000083aff00000000000000000000000000000000ff02000000000000"
          "000000000000000285007bb800000000"),
      now());
  EXPECT_EQ(net::parse_headers(answer.frames.at(0))->ip.front().destination, ip("ff02::1"));
}

TEST_F(RouterAdvertiserTest, SpoofedSolicitationIsRefused) {
  add_subnet("2001:db8:1::/64", Ipv6Mode::kSlaac);
  auto other_mac = net::frame_from_hex(kSolicitation);
  other_mac[11] = 2;
  EXPECT_EQ(answer_solicitation(other_mac, now()).refusal, fabric::Drop::kSpoofedNd);
  auto far = net::frame_from_hex(kSolicitation);
  far[21] = 64;
  EXPECT_EQ(answer_solicitation(far, now()).refusal, fabric::Drop::kSpoofedNd);
  auto broken = net::frame_from_hex(kSolicitation);
  broken.back() ^= 1;
  const auto answer = answer_solicitation(broken, now());
  EXPECT_EQ(answer.refusal, fabric::Drop::kMalformedRequest);
  EXPECT_TRUE(answer.frames.empty());
}

}  // namespace
}  // namespace weft::agent
