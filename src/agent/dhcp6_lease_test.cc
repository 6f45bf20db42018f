#include "agent/dhcp6_lease.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/dhcp6_extra_options.h"
#include "model/subnet_services.h"

namespace weft::agent {
namespace {

using model::Ipv6Mode;
using testing::ElementsAre, testing::IsEmpty;

IpAddress ip(std::string_view text) {
  return *IpAddress::parse(text);
}

/// A port in a network, with subnets that get a distributed port each.
class Dhcp6LeaseTest : public testing::Test {
 protected:
  Dhcp6LeaseTest() {
    network_.id = Uuid::random();
    network_.dns_domain = "net.example.";
    port_.id = Uuid::random();
    port_.network = network_.id;
    port_.dns_name = "vm1";
    intent_.put(network_);
    intent_.put(port_);
  }

  model::Subnet add_subnet(const char* cidr, std::optional<Ipv6Mode> mode, const char* port_address) {
    model::Subnet subnet;
    subnet.id = Uuid::random();
    subnet.created_at = ++clock_;
    subnet.network = network_.id;
    subnet.cidr = *IpPrefix::parse(cidr);
    subnet.ipv6_ra_mode = subnet.ipv6_address_mode = mode;
    intent_.put(subnet);
    model::Port server;
    server.id = Uuid::random();
    server.network = network_.id;
    server.mac = MacAddress::from_u64(0xfa163e000000ULL + static_cast<std::uint64_t>(clock_));
    server.device_owner = model::kDistributedOwner;
    server.device_id = model::distributed_device_id(subnet.id);
    intent_.put(server);
    if (!port_address) return subnet;
    model::Address address{
        .id = Uuid::random(), .network = network_.id, .subnet = subnet.id, .port = port_.id};
    address.ip = ip(port_address);
    intent_.put(address);
    return subnet;
  }
  std::optional<Dhcp6Lease> lease() const { return dhcp6_lease_of(port_.id, intent_, settings_); }

  model::Intent intent_;
  model::Network network_;
  model::Port port_;
  DhcpSettings settings_;
  std::int64_t clock_ = 0;
};

TEST_F(Dhcp6LeaseTest, HasTheAddressesOfStatefulSubnets) {
  add_subnet("2001:db8:1::/64", Ipv6Mode::kDhcpv6Stateful, "2001:db8:1::7");
  add_subnet("2001:db8:2::/64", Ipv6Mode::kSlaac, "2001:db8:2::7");
  add_subnet("2001:db8:3::/64", std::nullopt, "2001:db8:3::7");
  add_subnet("10.0.0.0/24", std::nullopt, "10.0.0.7");
  const auto lease = this->lease();
  ASSERT_TRUE(lease);
  EXPECT_THAT(lease->addresses, ElementsAre(ip("2001:db8:1::7"), ip("2001:db8:3::7")));
  EXPECT_EQ(lease->server_mac, MacAddress::from_u64(0xfa163e000001));
  EXPECT_EQ(lease->on_link.size(), 3u);
  EXPECT_EQ(lease->host_name, "vm1");
  EXPECT_EQ(lease->domain_name, "net.example");
}

TEST_F(Dhcp6LeaseTest, IsServedByAnOwnSubnetFirst) {
  add_subnet("2001:db8:1::/64", Ipv6Mode::kDhcpv6Stateful, nullptr);
  add_subnet("2001:db8:2::/64", Ipv6Mode::kDhcpv6Stateful, "2001:db8:2::7");
  EXPECT_EQ(lease()->server_mac, MacAddress::from_u64(0xfa163e000002));
}

TEST_F(Dhcp6LeaseTest, OfAStatelessSubnetHasNoAddress) {
  add_subnet("2001:db8:1::/64", Ipv6Mode::kDhcpv6Stateless, "2001:db8:1::7");
  ASSERT_TRUE(lease());
  EXPECT_THAT(lease()->addresses, IsEmpty());
}

TEST_F(Dhcp6LeaseTest, IsNoneWhereNobodyServes) {
  add_subnet("2001:db8:2::/64", Ipv6Mode::kSlaac, "2001:db8:2::7");
  EXPECT_FALSE(lease());
  EXPECT_FALSE(dhcp6_lease_of(Uuid::random(), intent_, settings_));
}

TEST_F(Dhcp6LeaseTest, IsNoneForAPortThatWantsNone) {
  add_subnet("2001:db8:1::/64", Ipv6Mode::kDhcpv6Stateful, "2001:db8:1::7");
  EXPECT_TRUE(lease());
  port_.extra_dhcp_opts = {{"dhcp_disabled", "true", IpVersion::kV6}};
  intent_.put(port_);
  EXPECT_FALSE(lease());
}

TEST_F(Dhcp6LeaseTest, HasTheDnsServersOfSubnetsOrElseOfTheSettings) {
  settings_.dns_servers = {ip("10.0.0.1"), ip("2001:db8::1")};
  auto subnet = add_subnet("2001:db8:1::/64", Ipv6Mode::kDhcpv6Stateful, "2001:db8:1::7");
  EXPECT_THAT(lease()->dns_servers, ElementsAre(ip("2001:db8::1")));
  subnet.dns_nameservers = {ip("2001:db8::2")};
  intent_.put(subnet);
  EXPECT_THAT(lease()->dns_servers, ElementsAre(ip("2001:db8::2")));
  subnet.dns_nameservers = {ip("::")};
  intent_.put(subnet);
  EXPECT_THAT(lease()->dns_servers, IsEmpty());
}

using Bytes = std::vector<std::uint8_t>;

Bytes option_of(const char* name, const char* value, std::uint16_t code) {
  Dhcp6Options options;
  apply_extra_options({{name, value, IpVersion::kV6}}, false, options);
  return options.contains(code) ? options[code] : Bytes();
}

TEST(Dhcp6ExtraOptions, AreNamedAndNumberedAsDnsmasqDoes) {
  EXPECT_EQ(option_of("bootfile-url", "http://b/", 59), (Bytes{'h', 't', 't', 'p', ':', '/', '/', 'b', '/'}));
  EXPECT_EQ(option_of("59", "u", 59), (Bytes{'u'}));
  EXPECT_EQ(option_of("dns-server", "[2001:db8::1], 2001:db8::2", 23).size(), 32u);
  EXPECT_EQ(option_of("domain-search", "a,b.c", 24), (Bytes{1, 'a', 0, 1, 'b', 1, 'c', 0}));
  EXPECT_EQ(option_of("bootfile-param", "x,yz", 60), (Bytes{0, 1, 'x', 0, 2, 'y', 'z'}));
  EXPECT_EQ(option_of("information-refresh-time", "600", 32), (Bytes{0, 0, 2, 88}));
  EXPECT_EQ(option_of("ntp-server", "a.b", 56), (Bytes{0, 3, 0, 5, 1, 'a', 1, 'b', 0}));
}

TEST(Dhcp6ExtraOptions, OfUnknownNumbersAreWhatTheyLookLike) {
  EXPECT_EQ(option_of("242", "2001:db8::1", 242).size(), 16u);
  EXPECT_EQ(option_of("242", "01:ab", 242), (Bytes{1, 0xab}));
  EXPECT_EQ(option_of("242", "300", 242), (Bytes{1, 44}));
  EXPECT_EQ(option_of("242", "word", 242), (Bytes{'w', 'o', 'r', 'd'}));
}

TEST(Dhcp6ExtraOptions, ThatCanNotBeSentAreLeftAlone) {
  for (const auto& [name, value] : {std::pair("server-id", "x"),
                                    {"1", "x"},
                                    {"25", "x"},
                                    {"mtu", "9"},
                                    {"99999", "x"},
                                    {"dns-server", "10.0.0.1"},
                                    {"tag:x", "y"},
                                    {"", ""}}) {
    Dhcp6Options options;
    apply_extra_options({{name, value, IpVersion::kV6}}, false, options);
    EXPECT_THAT(options, IsEmpty()) << name;
  }
}

TEST(Dhcp6ExtraOptions, WithoutAValueTakeTheOptionAway) {
  Dhcp6Options options = {{23, {1}}, {24, {1}}};
  apply_extra_options({{"dns-server", "", IpVersion::kV6}, {"24", "", IpVersion::kV4}}, false, options);
  EXPECT_FALSE(options.contains(23));
  EXPECT_TRUE(options.contains(24)) << "that one was version 4's";
}

TEST(Dhcp6ExtraOptions, ForATagWinOverThoseForEverybody) {
  const std::vector<model::ExtraDhcpOption> extra = {{"tag:ipxe,59", "i", IpVersion::kV6},
                                                     {"tag:!ipxe6,60", "n", IpVersion::kV6},
                                                     {"59", "e", IpVersion::kV6}};
  Dhcp6Options plain, ipxe;
  apply_extra_options(extra, false, plain);
  apply_extra_options(extra, true, ipxe);
  EXPECT_EQ(plain, (Dhcp6Options{{59, {'e'}}, {60, {0, 1, 'n'}}}));
  EXPECT_EQ(ipxe, (Dhcp6Options{{59, {'i'}}}));
}

}  // namespace
}  // namespace weft::agent
