#include "cli/views.h"

#include <gmock/gmock.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "model/subnet_services.h"

namespace weft::cli {
namespace {

using testing::HasSubstr;
namespace json = boost::json;

constexpr std::int64_t kNow = 1'000'000'000;

Uuid id(int n) {
  Uuid uuid;
  uuid.bytes[15] = static_cast<std::uint8_t>(n);
  return uuid;
}

class ViewsTest : public testing::Test {
 protected:
  void SetUp() override {
    model::Node node{
        .id = id(1), .name = "worker1", .tunnel_ips = {*IpAddress::parse("192.0.2.1")}, .version = "0.1.0"};
    intent_.put(node);
    intent_.put(model::Heartbeat{.id = id(2), .node = "worker1", .beat = kNow - 4'000'000});
    model::Network network;
    network.id = id(3);
    network.name = "selfservice";
    network.vni = 77;
    intent_.put(network);
    model::Subnet subnet;
    subnet.id = id(4);
    subnet.network = id(3);
    subnet.cidr = *IpPrefix::parse("20.20.1.0/24");
    intent_.put(subnet);
    port_.id = id(5);
    port_.name = "cirros-test001";
    port_.network = id(3);
    port_.mac = *MacAddress::parse("fa:16:3e:00:00:01");
    port_.host = "worker1";
    intent_.put(port_);
    intent_.put(model::Address{
        .id = id(6), .network = id(3), .subnet = id(4), .port = id(5), .ip = *IpAddress::parse("20.20.1.7")});
  }

  void bind(bool up, std::string failure = {}, std::string host = "worker1") {
    intent_.put(model::Binding{.id = id(7),
                               .port = id(5),
                               .network = id(3),
                               .host = std::move(host),
                               .up = up,
                               .failure = std::move(failure)});
  }

  model::Intent intent_;
  model::Port port_;
};

TEST_F(ViewsTest, NodeTellsAgeOfItsHeartbeat) {
  auto row = rows_json(node_table(intent_, kNow)).as_array().at(0);
  EXPECT_EQ(row, json::parse(R"({"name":"worker1","tunnel_ips":["192.0.2.1"],"version":"0.1.0","ports":1,
                                 "heartbeat":{"alive":true,"seconds_ago":4}})"));
}

TEST_F(ViewsTest, SilentNodesAreNotAlive) {
  auto row = rows_json(node_table(intent_, kNow + 60'000'000)).as_array().at(0);
  EXPECT_EQ(row.at("heartbeat").at("alive"), false);
  intent_.erase<model::Heartbeat>(id(2));
  EXPECT_TRUE(rows_json(node_table(intent_, kNow)).as_array().at(0).at("heartbeat").is_null());
}

TEST_F(ViewsTest, NetworkCountsItsPorts) {
  auto row = rows_json(network_table(intent_)).as_array().at(0);
  EXPECT_EQ(row.at("name"), "selfservice");
  EXPECT_EQ(row.at("type"), "vxlan");
  EXPECT_EQ(row.at("vni"), 77);
  EXPECT_EQ(row.at("subnets"), json::parse(R"(["20.20.1.0/24"])"));
  EXPECT_EQ(row.at("ports"), 1);
}

TEST_F(ViewsTest, PortIsShownWithItsNetworksName) {
  auto row = rows_json(port_table(intent_)).as_array().at(0);
  EXPECT_EQ(row, json::parse(R"({"name":"cirros-test001","id":"00000000-0000-0000-0000-000000000005",
      "network":"selfservice","mac":"fa:16:3e:00:00:01","fixed_ips":["20.20.1.7"],"node":"worker1","status":"DOWN"})"));
}

TEST_F(ViewsTest, StatusFollowsTheBinding) {
  EXPECT_EQ(status_cell(intent_, port_).text, "DOWN");
  bind(true);
  EXPECT_EQ(status_cell(intent_, port_).text, "ACTIVE");
  bind(false, "no such device");
  EXPECT_EQ(status_cell(intent_, port_).text, "failed: no such device");
}

TEST_F(ViewsTest, DistributedPortsAreNotDown) {
  port_.device_owner = model::kDistributedOwner;
  port_.device_id = model::distributed_device_id(id(4));
  EXPECT_EQ(status_cell(intent_, port_).text, "on every node");
}

TEST_F(ViewsTest, RecordTellsWhatTheGuestIsTold) {
  port_.dns_name = "web";
  port_.extra_dhcp_opts = {{"bootfile-name", "pxe.0", IpVersion::kV4}};
  auto row = rows_json(port_record(intent_, port_)).as_array().at(0);
  EXPECT_EQ(row.at("mtu"), 1450);
  EXPECT_EQ(row.at("dns_name"), "web");
  EXPECT_EQ(row.at("extra_dhcp_opts"), json::parse(R"(["IPv4 bootfile-name=pxe.0"])"));
}

TEST_F(ViewsTest, StatusNamesANodeThatMayNotClaimThePort) {
  bind(false, "bound to worker1", "worker2");
  EXPECT_EQ(status_cell(intent_, port_).text, "DOWN: worker2: bound to worker1");
}

TEST_F(ViewsTest, RecordNamesTheSecurityGroups) {
  model::SecurityGroup group;
  group.id = id(8);
  group.name = "con-pod";
  intent_.put(group);
  intent_.put(model::GroupMember{.id = id(9), .group = id(8), .port = id(5), .network = id(3)});
  auto text = render_record(port_record(intent_, port_), {});
  EXPECT_THAT(text, HasSubstr("con-pod (00000000-0000-0000-0000-000000000008)"));
}

}  // namespace
}  // namespace weft::cli
