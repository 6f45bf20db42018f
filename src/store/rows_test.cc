#include "store/rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weft::store {
namespace {

using namespace weft::model;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Key;

IpAddress ip(const char* text) {
  return *IpAddress::parse(text);
}

template <typename T>
T named(const char* name) {
  T object;
  object.id = Uuid::random();
  object.project_id = "demo";
  object.name = name;
  object.created_at = 1;
  object.updated_at = 2;
  object.revision = 3;
  object.tags = {"blue", "green"};
  return object;
}

/// Every column survives: the row that is read writes the same row again.
template <typename T>
T round_trip(const T& object) {
  auto row = to_row(object);
  auto read = from_row<T>(object.id, row);
  EXPECT_TRUE(read) << read.error().message;
  EXPECT_EQ(to_row(*read), row);
  EXPECT_EQ(read->id, object.id);
  return *read;
}

TEST(Rows, ANetworkSurvivesARoundTrip) {
  auto network = named<Network>("web");
  network.encapsulation = Encapsulation::kGeneve;
  network.vni = 77;
  network.mtu = 9000;
  network.shared = true;
  auto read = round_trip(network);
  EXPECT_EQ(read.encapsulation, Encapsulation::kGeneve);
  EXPECT_EQ(read.mtu, 9000);
  EXPECT_THAT(read.tags, ElementsAre("blue", "green"));
}

TEST(Rows, ASubnetKeepsTheOrderOfItsNameservers) {
  auto subnet = named<Subnet>("web");
  subnet.network = Uuid::random();
  subnet.cidr = *IpPrefix::parse("10.0.0.0/24");
  subnet.gateway_ip = ip("10.0.0.1");
  subnet.allocation_pools = {{ip("10.0.0.10"), ip("10.0.0.20")}};
  subnet.dns_nameservers = {ip("9.9.9.9"), ip("1.1.1.1")};
  subnet.host_routes = {{*IpPrefix::parse("192.0.2.0/24"), ip("10.0.0.9")}};
  auto read = round_trip(subnet);
  EXPECT_THAT(read.dns_nameservers, ElementsAre(ip("9.9.9.9"), ip("1.1.1.1")));
  EXPECT_EQ(read.allocation_pools, subnet.allocation_pools);
  EXPECT_EQ(read.host_routes, subnet.host_routes);
  EXPECT_EQ(read.gateway_ip, subnet.gateway_ip);
}

TEST(Rows, AnIpv6SubnetWithoutGatewaySurvives) {
  auto subnet = named<Subnet>("six");
  subnet.cidr = *IpPrefix::parse("2001:db8::/64");
  subnet.allocation_pools = {{ip("2001:db8::2"), ip("2001:db8::ffff")}};
  auto read = round_trip(subnet);
  EXPECT_FALSE(read.gateway_ip);
  EXPECT_EQ(read.allocation_pools, subnet.allocation_pools);
}

TEST(Rows, AnIpv6SubnetKeepsItsModes) {
  auto subnet = named<Subnet>("six");
  subnet.cidr = *IpPrefix::parse("2001:db8::/64");
  subnet.ipv6_ra_mode = Ipv6Mode::kDhcpv6Stateless;
  auto read = round_trip(subnet);
  EXPECT_EQ(read.ipv6_ra_mode, Ipv6Mode::kDhcpv6Stateless);
  EXPECT_FALSE(read.ipv6_address_mode);
}

TEST(Rows, APortKeepsItsNameAndItsDhcpOptions) {
  auto port = named<Port>("p");
  port.network = Uuid::random();
  port.dns_name = "web";
  port.dns_domain = "example.org.";
  port.extra_dhcp_opts = {{"bootfile-name", "a file with blanks", IpVersion::kV4},
                          {"dns-server", "", IpVersion::kV6}};
  auto read = round_trip(port);
  EXPECT_EQ(read.dns_name, "web");
  EXPECT_EQ(read.dns_domain, "example.org.");
  EXPECT_EQ(read.extra_dhcp_opts, port.extra_dhcp_opts);
}

TEST(Rows, APortSurvivesWithItsAddressPairs) {
  auto port = named<Port>("p");
  port.network = Uuid::random();
  port.mac = *MacAddress::parse("fa:16:3e:00:00:01");
  port.host = "worker1";
  port.allowed_address_pairs = {{std::nullopt, *IpPrefix::parse("10.0.0.0/8")},
                                {MacAddress::parse("02:00:00:00:00:01"), *IpPrefix::parse("10.0.0.7/32")}};
  auto read = round_trip(port);
  EXPECT_THAT(read.allowed_address_pairs, ::testing::UnorderedElementsAreArray(port.allowed_address_pairs));
  EXPECT_EQ(read.mac, port.mac);
}

TEST(Rows, AddressPairsSurviveAsTheyWereWritten) {
  auto port = named<Port>("p");
  const auto ip = *IpPrefix::parse("10.0.0.77/24");
  const auto mac = MacAddress::parse("02:00:00:00:00:01");
  port.allowed_address_pairs = {
      {.mac = {}, .ip = ip, .ip_text = "10.0.0.77/24"},
      {.mac = mac, .ip = ip, .mac_text = "02-00-00-00-00-01"},
      {.mac = mac, .ip = ip, .mac_text = "020000000001", .ip_text = "10.0.0.78/24"},
  };
  EXPECT_THAT(round_trip(port).allowed_address_pairs,
              ::testing::UnorderedElementsAreArray(port.allowed_address_pairs));
}

TEST(Rows, ARuleSurvivesAndCarriesItsKey) {
  auto rule = named<SecurityGroupRule>("");
  rule.group = Uuid::random();
  rule.ethertype = IpVersion::kV6;
  rule.protocol = 6;
  rule.protocol_name = "tcp";
  rule.port_range_min = 22;
  rule.port_range_max = 23;
  rule.remote_group = Uuid::random();
  auto read = round_trip(rule);
  EXPECT_EQ(read.key(), rule.key());
  EXPECT_EQ(to_row(rule).at("key").string_or(), rule.key());
  EXPECT_FALSE(read.remote_prefix);
  rule.remote_group.reset();
  rule.remote_prefix_text = "10.0.0.5/24";
  rule.remote_address_group = Uuid::random();
  EXPECT_EQ(round_trip(rule).remote_address_group, rule.remote_address_group);
}

TEST(Rows, TheOthersSurviveToo) {
  round_trip(Address{Uuid::random(), Uuid::random(), Uuid::random(), Uuid::random(), ip("10.0.0.5")});
  round_trip(GroupMember{Uuid::random(), Uuid::random(), Uuid::random(), Uuid::random()});
  round_trip(Binding{Uuid::random(), Uuid::random(), Uuid::random(), "worker1", true, "tap1", ""});
  round_trip(Node{Uuid::random(), "worker1", {ip("192.0.2.1")}, 1500, "tcp:192.0.2.1:9697", "0.1.0"});
  round_trip(Heartbeat{Uuid::random(), "worker1", 12345});
  round_trip(named<AddressGroup>("clinics"));
  round_trip(AddressGroupEntry{Uuid::random(), Uuid::random(), *IpPrefix::parse("192.0.2.0/25")});
  auto group = named<SecurityGroup>("default");
  group.key = "default/demo";
  EXPECT_TRUE(round_trip(group).is_default());
}

TEST(Rows, AnAbsentColumnIsEmptyZeroOrFalse) {
  auto port = named<Port>("p");
  port.admin_state_up = port.port_security_enabled = false;
  port.binding_profile.clear();
  auto row = to_row(port);
  EXPECT_FALSE(row.contains("admin_state_up"));
  auto read = from_row<Port>(port.id, row);
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->admin_state_up);
  EXPECT_FALSE(read->port_security_enabled);
  EXPECT_EQ(read->binding_profile, "");
}

TEST(Rows, AnOptionalZeroIsNotAbsent) {
  auto rule = named<SecurityGroupRule>("");
  rule.port_range_min = 0;  // ICMP echo reply
  EXPECT_EQ(round_trip(rule).port_range_min, 0);
}

TEST(Rows, AMissingMacIsMalformed) {
  auto row = to_row(named<Port>("p"));
  row.erase("mac");
  EXPECT_FALSE(from_row<Port>(Uuid::random(), row));
}

TEST(Rows, AMalformedColumnIsNamed) {
  auto row = to_row(named<Port>("p"));
  row["mac"] = ovsdb::Datum("nonsense");
  auto read = from_row<Port>(Uuid::random(), row);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::kProtocol);
  EXPECT_THAT(read.error().message, HasSubstr("mac"));
}

TEST(Rows, OnlyChangedColumnsDiffer) {
  auto before = named<Port>("p"), after = before;
  after.host = "worker2";
  after.revision = 4;
  EXPECT_THAT(changed_columns(before, after), ElementsAre(Key("host"), Key("revision")));
}

TEST(Rows, AChangeCanBeRebasedOnAnother) {
  auto base = named<Port>("p"), mine = base, theirs = base;
  mine.host = "worker2";
  theirs.name = "renamed";
  auto merged = rebase(base, mine, theirs);
  EXPECT_EQ(merged.host, "worker2");
  EXPECT_EQ(merged.name, "renamed");
}

}  // namespace
}  // namespace weft::store
