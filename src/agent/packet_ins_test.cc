#include "agent/packet_ins.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/subnet_services.h"
#include "net/dhcp6.h"
#include "net/eui64.h"
#include "net/headers.h"

namespace weft::agent {
namespace {

using fabric::Drop, fabric::PacketInKind;
using testing::HasSubstr, testing::IsEmpty, testing::Not, testing::SizeIs;

IpAddress ip(std::string_view text) {
  return *IpAddress::parse(text);
}

/// Keeps what is sent out.
class SwitchFake final : public openflow::Connection {
 public:
  struct Sent {
    net::Frame frame;
    std::vector<openflow::Action> actions;
  };
  std::vector<Sent> sent;

  void packet_out(std::span<const std::uint8_t> frame, std::uint32_t,
                  const std::vector<openflow::Action>& actions) override {
    sent.push_back({{frame.begin(), frame.end()}, actions});
  }
  Task<void> apply(std::vector<openflow::FlowMod>) override { co_return Result<void>{}; }
  Task<void> barrier() override { co_return Result<void>{}; }
  Task<std::vector<openflow::FlowStats>> dump_flows(std::uint8_t, std::uint64_t, std::uint64_t) override {
    co_return std::vector<openflow::FlowStats>();
  }
  Task<void> flush_zone(std::uint16_t) override { co_return Result<void>{}; }
  Task<void> set_meters(std::vector<openflow::Meter>) override { co_return Result<void>{}; }
  Task<void> delete_meters(std::vector<std::uint32_t>) override { co_return Result<void>{}; }
  Task<std::vector<openflow::Meter>> meters() override { co_return std::vector<openflow::Meter>(); }
  Task<std::vector<openflow::MeterStats>> meter_stats() override {
    co_return std::vector<openflow::MeterStats>();
  }
  void close() override {}
};

/// A port, number 7 in the switch, with an address in an IPv4 and in an IPv6 subnet.
class PacketInsTest : public testing::Test {
 protected:
  PacketInsTest() {
    model::Network network;
    network.id = Uuid::random();
    network.mtu = 1450;
    intent_.put(network);
    port_.id = Uuid::random();
    port_.network = network.id;
    port_.mac = MacAddress::from_u64(0xfa163e000001);
    intent_.put(port_);
    add_subnet("10.0.0.0/24", "10.0.0.254", "10.0.0.7");
    add_subnet("2001:db8::/64", "2001:db8::1", "2001:db8::7");
    services_.set_ports({{port_.id, {.port = port_.id, .ofport = 7}}});
  }

  void add_subnet(const char* cidr, const char* distributed, const char* own) {
    model::Subnet subnet;
    subnet.id = Uuid::random();
    subnet.network = port_.network;
    subnet.cidr = *IpPrefix::parse(cidr);
    if (subnet.cidr.version() == IpVersion::kV6)
      subnet.ipv6_ra_mode = subnet.ipv6_address_mode = model::Ipv6Mode::kDhcpv6Stateful;
    intent_.put(subnet);
    model::Port speaker;
    speaker.id = Uuid::random();
    speaker.network = port_.network;
    speaker.mac = kServerMac;
    speaker.device_owner = model::kDistributedOwner;
    speaker.device_id = model::distributed_device_id(subnet.id);
    intent_.put(speaker);
    for (const auto& [id, text] : {std::pair(speaker.id, distributed), std::pair(port_.id, own)}) {
      model::Address address{.id = Uuid::random(), .network = port_.network, .subnet = subnet.id, .port = id};
      address.ip = ip(text);
      intent_.put(address);
    }
  }

  void receive(PacketInKind kind, net::Frame frame, std::uint32_t in_port = 7) {
    openflow::PacketIn packet;
    packet.userdata = {static_cast<std::uint8_t>(kind)};
    packet.metadata.set(openflow::Field::kInPort, in_port);
    packet.full_length = static_cast<std::uint32_t>(frame.size());
    packet.frame = std::move(frame);
    services_.handle(switch_, packet);
  }
  /// A UDP packet of the port that is too big.
  net::Frame big_packet(const char* source, const char* destination) const {
    return net::build_udp({port_.mac, ip(source), 1},
                          {MacAddress::from_u64(0xfa163e000002), ip(destination), 2}, net::Frame(1450));
  }
  net::Frame solicit() const {
    net::Dhcp6Message message{.type = net::Dhcp6Type::kSolicit};
    message.options[net::dhcp6_option::kClientId] = {0, 3, 0, 1, 1, 2, 3, 4, 5, 6};
    message.associations = {{.id = 1, .addresses = {}, .status = {}}};
    return net::build_udp({port_.mac, link_local(port_.mac), net::kDhcp6ClientPort},
                          {MacAddress::from_u64(0x333300010002), ip("ff02::1:2"), net::kDhcp6ServerPort},
                          net::build_dhcp6(message));
  }

  const MacAddress kServerMac = MacAddress::from_u64(0xfa163e0000fe);
  model::Intent intent_;
  model::Port port_;
  Metrics metrics_;
  std::vector<Drop> refused_;
  PacketIns services_{
      intent_, DhcpSettings(),
      [this](const auto&, const fabric::DropInfo& reason) { refused_.push_back(reason.reason); }, metrics_};
  SwitchFake switch_;
};

TEST_F(PacketInsTest, AnswerGoesBackToThePort) {
  receive(PacketInKind::kDhcp6, solicit());
  ASSERT_THAT(switch_.sent, SizeIs(1));
  EXPECT_EQ(std::get<openflow::Output>(switch_.sent[0].actions.at(0)).port, 7u);
  const auto reply = net::parse_dhcp6(net::parse_udp(switch_.sent[0].frame)->payload);
  EXPECT_EQ(reply->associations.at(0).addresses.at(0).ip, ip("2001:db8::7"));
  EXPECT_THAT(metrics_.render(), HasSubstr("weft_agent_packet_ins_total{reason=\"answered\"} 1"));
  EXPECT_THAT(refused_, IsEmpty());
}

TEST_F(PacketInsTest, PacketFromNoPortIsLeftAlone) {
  receive(PacketInKind::kDhcp6, solicit(), 8);
  EXPECT_THAT(switch_.sent, IsEmpty());
  EXPECT_THAT(metrics_.render(), HasSubstr("{reason=\"no_port\"} 1"));
  services_.set_ports({{port_.id, {.port = port_.id, .ofport = 8}}});
  receive(PacketInKind::kDhcp6, solicit(), 8);
  EXPECT_THAT(switch_.sent, SizeIs(1));
}

TEST_F(PacketInsTest, TooBigIsAnsweredByTheDistributedPort) {
  receive(PacketInKind::kTooBig, big_packet("10.0.0.7", "192.0.2.1"));
  receive(PacketInKind::kTooBig, big_packet("2001:db8::7", "2001:db8:ffff::1"));
  ASSERT_THAT(switch_.sent, SizeIs(2));
  for (const auto& sent : switch_.sent) EXPECT_EQ(net::parse_headers(sent.frame)->source, kServerMac);
  EXPECT_EQ(net::parse_headers(switch_.sent[0].frame)->ip.front().source, ip("10.0.0.254"));
  EXPECT_EQ(net::parse_headers(switch_.sent[1].frame)->ip.front().source, ip("2001:db8::1"));
  EXPECT_THAT(refused_, IsEmpty()) << "the flow has counted it";
}

TEST_F(PacketInsTest, RefusalIsCountedForThePort) {
  for (auto kind : {PacketInKind::kDhcp, PacketInKind::kDhcp6, PacketInKind::kRouterSolicitation})
    receive(kind, net::Frame(100));
  EXPECT_THAT(switch_.sent, IsEmpty());
  EXPECT_THAT(refused_, testing::ElementsAre(Drop::kMalformedRequest, Drop::kMalformedRequest,
                                             Drop::kMalformedRequest));
  const auto& counts = services_.refusals().counts();
  ASSERT_THAT(counts, SizeIs(1));
  EXPECT_EQ(counts.begin()->first, std::pair(Drop::kMalformedRequest, port_.id));
  EXPECT_EQ(counts.begin()->second.packets, 3u);
  services_.set_ports({});
  EXPECT_THAT(services_.refusals().counts(), IsEmpty()) << "as the counters of its flows";
}

TEST_F(PacketInsTest, RequestOfAPortWithoutLeaseIsCounted) {
  port_.extra_dhcp_opts = {{"dhcp_disabled", "true", IpVersion::kV6}};
  intent_.put(port_);
  receive(PacketInKind::kDhcp6, solicit());
  EXPECT_THAT(switch_.sent, IsEmpty());
  EXPECT_THAT(refused_, testing::ElementsAre(Drop::kNoLease));
}

}  // namespace
}  // namespace weft::agent
