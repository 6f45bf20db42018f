#include "neutron/view.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "neutron/world_fake.h"

namespace weft::neutron {
namespace {

namespace json = boost::json;
using namespace model;

class Views : public testing::Test {
 protected:
  void SetUp() override { fill_world(intent_); }
  template <typename T>
  json::object shown(int id) {
    JsonWriter writer;
    write_object(writer, View<T>{*intent_.find<T>(id_of(id)), intent_, "cloud."});
    return json::parse(writer.text()).as_object();
  }
  Intent intent_;
};

TEST_F(Views, ShowANetworkAsNeutronDoes) {
  auto network = shown<Network>(1);
  EXPECT_EQ(network["provider:network_type"], "vxlan");
  EXPECT_EQ(network["provider:segmentation_id"], 2);
  EXPECT_EQ(network["mtu"], 1450);
  EXPECT_EQ(network["subnets"], json::array({id_of(2).to_string()}));
  EXPECT_EQ(network["router:external"], false);
  EXPECT_EQ(network["tenant_id"], network["project_id"]);
  EXPECT_TRUE(network["qos_policy_id"].is_null());
}

TEST_F(Views, ShowASubnetAsNeutronDoes) {
  auto subnet = shown<Subnet>(2);
  EXPECT_EQ(subnet["cidr"], "10.7.0.0/24");
  EXPECT_EQ(subnet["gateway_ip"], "10.7.0.1");
  EXPECT_EQ(subnet["ip_version"], 4);
  EXPECT_EQ(subnet["allocation_pools"], json::parse(R"([{"start": "10.7.0.2", "end": "10.7.0.254"}])"));
}

TEST_F(Views, ShowAPortWithItsAddressesAndGroups) {
  auto port = shown<Port>(11);
  EXPECT_EQ(port["mac_address"], "fa:16:3e:00:00:0b");
  EXPECT_EQ(port["fixed_ips"].at(0).at("ip_address"), "10.7.0.11");
  EXPECT_EQ(port["security_groups"], json::array({id_of(3).to_string()}));
  EXPECT_EQ(port["binding:vif_type"], "unbound");
  EXPECT_EQ(port["binding:profile"], json::object());
  EXPECT_EQ(port["status"], "DOWN");
}

TEST_F(Views, ShowModesOfIpv6) {
  EXPECT_TRUE(shown<Subnet>(2)["ipv6_ra_mode"].is_null());
  auto subnet = *intent_.find<Subnet>(id_of(2));
  subnet.ipv6_ra_mode = Ipv6Mode::kSlaac;
  subnet.ipv6_address_mode = Ipv6Mode::kDhcpv6Stateless;
  intent_.put(subnet);
  EXPECT_EQ(shown<Subnet>(2)["ipv6_ra_mode"], "slaac");
  EXPECT_EQ(shown<Subnet>(2)["ipv6_address_mode"], "dhcpv6-stateless");
}

TEST_F(Views, ShowNamesAndDhcpOptionsOfAPort) {
  auto port = *intent_.find<Port>(id_of(11));
  port.dns_name = "web";
  port.dns_domain = "example.org.";
  port.extra_dhcp_opts = {{"bootfile-name", "pxe.0", IpVersion::kV4}};
  intent_.put(port);
  auto view = shown<Port>(11);
  EXPECT_EQ(view["dns_name"], "web");
  EXPECT_EQ(view["dns_domain"], "example.org.");
  EXPECT_EQ(view["dns_assignment"],
            json::parse(R"([{"ip_address": "10.7.0.11", "hostname": "web", "fqdn": "web.example.org."}])"));
  EXPECT_EQ(view["extra_dhcp_opts"],
            json::parse(R"([{"opt_name": "bootfile-name", "opt_value": "pxe.0", "ip_version": 4}])"));
  EXPECT_EQ(shown<Port>(10)["dns_assignment"].at(0).at("fqdn"), "host-10-7-0-10.cloud.");
}

TEST_F(Views, BelieveAPortActiveOnlyWhenItsNodeSaysSo) {
  EXPECT_EQ(shown<Port>(10)["binding:vif_type"], "binding_failed");  // no such node
  Node node;
  node.id = id_of(50);
  node.name = "node1";
  intent_.put(node);
  EXPECT_EQ(shown<Port>(10)["binding:vif_type"], "ovs");
  EXPECT_EQ(shown<Port>(10)["binding:vif_details"].at("datapath_type"), "system");
  node.datapath_type = "netdev";
  intent_.put(node);
  EXPECT_EQ(shown<Port>(10)["binding:vif_details"].at("datapath_type"), "netdev");
  EXPECT_EQ(shown<Port>(10)["status"], "DOWN");
  Binding elsewhere{id_of(51), id_of(10), id_of(1), "node2", true, "tap", ""};
  intent_.put(elsewhere);
  EXPECT_EQ(shown<Port>(10)["status"], "DOWN");
  Binding here{id_of(52), id_of(10), id_of(1), "node1", true, "tap", ""};
  intent_.put(here);
  EXPECT_EQ(shown<Port>(10)["status"], "ACTIVE");
  here.up = false;
  here.failure = "no such interface";
  intent_.put(here);
  EXPECT_EQ(shown<Port>(10)["binding:vif_type"], "binding_failed");
}

TEST_F(Views, ShowRulesInsideTheirGroup) {
  SecurityGroupRule rule;
  rule.id = id_of(60);
  rule.group = id_of(3);
  rule.protocol = 6;
  rule.protocol_name = "tcp";
  rule.port_range_min = rule.port_range_max = 22;
  rule.remote_prefix = *IpPrefix::parse("0.0.0.0/0");
  intent_.put(rule);
  auto shown_rule = shown<SecurityGroup>(3)["security_group_rules"].at(0).as_object();
  EXPECT_EQ(shown_rule["protocol"], "tcp");
  EXPECT_EQ(shown_rule["port_range_min"], 22);
  EXPECT_EQ(shown_rule["remote_ip_prefix"], "0.0.0.0/0");
  EXPECT_EQ(shown_rule["ethertype"], "IPv4");
  EXPECT_EQ(shown_rule["direction"], "ingress");
  EXPECT_TRUE(shown_rule.contains("tags"));
  EXPECT_FALSE(shown<SecurityGroupRule>(60).contains("tags"));
}

TEST_F(Views, ShowTheChosenFieldsOnly) {
  JsonWriter writer;
  Fields<Port> chosen{find_field<Port>("id"), find_field<Port>("status")};
  write_object(writer, View<Port>{*intent_.find<Port>(id_of(10)), intent_}, chosen);
  EXPECT_EQ(json::parse(writer.text()).as_object().size(), 2u);
}

TEST(Times, AreIso8601InUtc) {
  EXPECT_EQ(format_time(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_time(1795304001'999'999), "2026-11-21T23:33:21Z");
}

}  // namespace
}  // namespace weft::neutron
