// What the compiler makes of services: which units a change touches, which meters flows need, and what
// becomes of packets.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "fabric/example_world.h"
#include "fabric/families.h"
#include "fabric/meters.h"
#include "fabric/packet_in.h"
#include "fabric/pipeline.h"
#include "model/subnet_services.h"
#include "net/eui64.h"

namespace weft::fabric {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr std::size_t kHostedInBlue = 5;   // alice, bob, router, frank, grace
constexpr std::size_t kSecuredInBlue = 4;  // not router

std::size_t removed(const FlowDelta& delta, const Family& family) {
  return static_cast<std::size_t>(std::count_if(
      delta.remove.begin(), delta.remove.end(),
      [&](const auto& key) { return key.table == number(family.table) && key.priority == family.priority; }));
}

class Services : public testing::Test {
 protected:
  FlowDelta feed() {
    e.compiler.intent_changed(e.world.take_changes());
    return e.compiler.compile();
  }
  std::uint64_t units() const { return e.compiler.last_stats().units; }
  FlowDelta edit_subnet(const Uuid& id, const std::function<void(model::Subnet&)>& change) {
    e.world.edit<model::Subnet>(id, change);
    return feed();
  }
  FlowDelta edit_alice(const std::function<void(model::Port&)>& change) {
    e.world.edit<model::Port>(e.alice, change);
    return feed();
  }
  std::string flows() const { return render(e.compiler.desired()); }

  ExampleWorld e;
};

TEST_F(Services, WhatASubnetStopsServingChangesTheRequestsOfHostedPortsOnly) {
  const auto delta = edit_subnet(e.blue4, [](model::Subnet& row) { row.enable_dhcp = false; });
  EXPECT_EQ(units(), kHostedInBlue);
  EXPECT_EQ(removed(delta, family::kDhcpRequest), kHostedInBlue);
  EXPECT_EQ(removed(delta, family::kDhcpServed), kSecuredInBlue);
  EXPECT_THAT(delta.remove, SizeIs(kHostedInBlue + kSecuredInBlue));
  EXPECT_THAT(delta.add_or_replace, IsEmpty());
}

TEST_F(Services, WhatASubnetSaysWithoutServingMoreChangesNothing) {
  EXPECT_TRUE(edit_subnet(e.blue4, [](model::Subnet& row) { row.host_routes.emplace_back(); }).empty());
  EXPECT_EQ(units(), 0u);
  e.world.subnet(e.blue, "10.1.0.0/24");
  EXPECT_TRUE(feed().empty()) << "another with DHCP";
  EXPECT_EQ(units(), 0u);
}

TEST_F(Services, EachModeOfAnIpv6SubnetSendsItsRequestsUp) {
  using Mode = std::optional<model::Ipv6Mode>;
  auto sent_up = [&](Mode ra, Mode address) {
    edit_subnet(e.blue6, [&](model::Subnet& row) {
      row.ipv6_ra_mode = ra;
      row.ipv6_address_mode = address;
    });
    std::set<std::string_view> families;
    for (const auto& flow : e.compiler.desired()) {
      const auto family = family_of(flow.key.table, flow.key.priority);
      if (family->table == Table::kLocalServices && meter_named_by(flow.actions))
        families.insert(family->name);
    }
    return families;
  };
  EXPECT_THAT(sent_up(model::Ipv6Mode::kSlaac, model::Ipv6Mode::kSlaac),
              ElementsAre("dhcp_request", "router_solicitation"));
  EXPECT_THAT(sent_up({}, model::Ipv6Mode::kDhcpv6Stateful), ElementsAre("dhcp6_request", "dhcp_request"));
  EXPECT_THAT(sent_up(model::Ipv6Mode::kDhcpv6Stateless, model::Ipv6Mode::kDhcpv6Stateless),
              ElementsAre("dhcp6_request", "dhcp_request", "router_solicitation"));
}

TEST_F(Services, APortMayDoWithoutDhcp) {
  const auto delta = edit_alice([](model::Port& row) {
    row.extra_dhcp_opts = {{"dhcp_disabled", "TRUE", IpVersion::kV4},
                           {"dhcp_disabled", "false", IpVersion::kV6},
                           {"bootfile-name", "x", IpVersion::kV6}};
  });
  EXPECT_EQ(units(), 1u);
  EXPECT_EQ(removed(delta, family::kDhcpRequest), 1u);
  EXPECT_EQ(removed(delta, family::kDhcpServed), 1u);
  EXPECT_THAT(delta.remove, SizeIs(2));
  edit_alice([](model::Port& row) { row.extra_dhcp_opts.pop_back(); });
  EXPECT_EQ(units(), 0u);
}

TEST_F(Services, AnMtuIsOneUnit) {
  e.world.edit<model::Network>(e.blue, [](model::Network& row) { row.mtu = 1400; });
  const auto delta = feed();
  EXPECT_EQ(units(), 1u);
  EXPECT_THAT(render(delta.add_or_replace),
              testing::AllOf(HasSubstr("ip,reg0=0x1000064/0xfffffff actions=check_pkt_larger(1414)"),
                             HasSubstr("ipv6,reg0=0x1000064/0xfffffff actions=check_pkt_larger(1414)")));
  EXPECT_THAT(delta.forget, IsEmpty()) << "what the network learned stays";
}

TEST_F(Services, MetersOfAPortComeAndGoWithIt) {
  e.compiler.unplug(e.alice);
  auto delta = e.compiler.compile();
  EXPECT_THAT(delta.set_meters, IsEmpty());
  EXPECT_THAT(delta.delete_meters,
              ElementsAre(request_meter(ExampleWorld::kAlice), too_big_meter(ExampleWorld::kAlice)));
  e.compiler.plug({.port = e.alice, .interface = "tap-alice", .ofport = 77, .zone = 1});
  delta = e.compiler.compile();
  EXPECT_THAT(delta.set_meters, ElementsAre(meter_of(request_meter(77)), meter_of(too_big_meter(77))));
}

TEST_F(Services, ADistributedPortIsAnsweredForAndNowhere) {
  const auto mac = e.world.mac_of(e.dhcp6).to_string();
  EXPECT_THAT(flows(), HasSubstr("nd_target=2001:db8::2 "));
  EXPECT_THAT(flows(), HasSubstr("nd_target=" + link_local(e.world.mac_of(e.dhcp6)).to_string()));
  e.world.erase_port(e.dhcp6);
  feed();
  EXPECT_THAT(flows(), Not(HasSubstr(mac)));
  const auto before = flows();
  e.world.port({.name = "unbound", .network = e.blue, .addresses = {"2001:db8::77"}, .host = ""});
  feed();
  EXPECT_EQ(flows(), before) << "an unbound port that is not distributed";
}

TEST_F(Services, ADistributedPortWantsNoTunnelAndNoFlood) {
  const auto wanted = e.compiler.wanted_tunnels();
  const auto before = flows();
  e.world.erase_port(e.dhcp4);
  for (const auto& key : feed().remove) EXPECT_NE(key.table, number(Table::kFlood));
  EXPECT_EQ(e.compiler.wanted_tunnels(), wanted);
  EXPECT_NE(flows(), before);
}

TEST_F(Services, AnAddressElsewhereCostsTheSameInBothVersions) {
  auto add = [&](const char* address) {
    e.world.put(model::Address{.id = Uuid::random(),
                               .network = e.blue,
                               .subnet = e.blue6,
                               .port = e.carol,
                               .ip = *IpAddress::parse(address)});
    return feed().add_or_replace.size();
  };
  EXPECT_EQ(add("2001:db8::1:13"), add("10.0.0.113"));
}

}  // namespace
}  // namespace weft::fabric
