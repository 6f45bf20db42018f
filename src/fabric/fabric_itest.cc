// The compiled flows in a real switch. Every packet that must not pass has a control beside it that does.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>

#include "fabric/cookie.h"
#include "fabric/identity.h"
#include "fabric/pipeline.h"
#include "fabric/registers.h"
#include "fabric/switch_world.h"
#include "net/packet.h"

namespace weft::fabric {
namespace {

using model::Direction;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr const char* kAliceMac = "fa:16:3e:00:00:01";
constexpr const char* kBobMac = "fa:16:3e:00:00:02";
constexpr const char* kCarolMac = "fa:16:3e:00:00:03";
constexpr const char* kDaveMac = "fa:16:3e:00:00:04";
constexpr const char* kBroadcast = "ff:ff:ff:ff:ff:ff";
constexpr const char* kFromWorker2 = "in_port=21,tun_id=100,tun_src=192.0.2.2,tun_dst=192.0.2.1,tun_ttl=64";

/// What the tracker will say of a packet: a trace has no tracker, and takes the original tuple from here.
std::string of_connection(const std::string& source, const std::string& destination, int source_port,
                          int port) {
  return ",ct_state=new|trk,ct_nw_proto=6,ct_nw_src=" + source + ",ct_nw_dst=" + destination +
         ",ct_tp_src=" + std::to_string(source_port) + ",ct_tp_dst=" + std::to_string(port);
}

std::string tcp_packet(const std::string& from, const std::string& source_mac, const std::string& source,
                       const std::string& mac, const std::string& destination, int source_port, int port) {
  return from + ",tcp,nw_ttl=64,dl_src=" + source_mac + ",nw_src=" + source + ",dl_dst=" + mac +
         ",nw_dst=" + destination + ",tcp_src=" + std::to_string(source_port) +
         ",tcp_dst=" + std::to_string(port);
}

constexpr int kClientPort = 40000;

std::string tcp(const std::string& from, const std::string& source_mac, const std::string& source,
                const std::string& mac, const std::string& destination, int port = 80) {
  return tcp_packet(from, source_mac, source, mac, destination, kClientPort, port) +
         of_connection(source, destination, kClientPort, port);
}

/// Of a connection that the other side opened to port 80.
std::string reply(const std::string& from, const std::string& source_mac, const std::string& source,
                  const std::string& mac, const std::string& destination) {
  return tcp_packet(from, source_mac, source, mac, destination, 80, kClientPort) +
         of_connection(destination, source, kClientPort, 80);
}

std::string arp(int port, const std::string& mac, const std::string& address, const std::string& asked,
                const std::string& sha) {
  return "in_port=" + std::to_string(port) + ",arp,dl_src=" + mac + ",dl_dst=" + kBroadcast +
         ",arp_op=1,arp_spa=" + address + ",arp_tpa=" + asked + ",arp_sha=" + sha;
}

/// New to the receiver only: a trace loses the tuple at the sender's commit.
const std::vector<std::string> kNewToReceiver = {"trk,est", "trk,new"};

TEST_F(InSwitch, HasExactlyTheDesiredFlows) {
  const auto difference = sw().example.compiler.difference(sw().installed());
  EXPECT_EQ(render(difference.add_or_replace), "");
  EXPECT_THAT(difference.remove, IsEmpty());
}

TEST_F(InSwitch, UnicastPassesBetweenLocalPorts) {
  EXPECT_THAT(sw().outputs(tcp("in_port=11", kAliceMac, "10.0.0.11", kBobMac, "10.0.0.12"), kNewToReceiver),
              ElementsAre("p12"));
}

TEST_F(InSwitch, NoRuleNoPassage) {
  EXPECT_THAT(
      sw().outputs(tcp("in_port=11", kAliceMac, "10.0.0.11", kBobMac, "10.0.0.12", 81), kNewToReceiver),
      IsEmpty());
  EXPECT_THAT(sw().outputs(tcp("in_port=12", kBobMac, "10.0.0.12", kAliceMac, "10.0.0.11")), IsEmpty())
      << "egress";
  const auto answer = reply("in_port=12", kBobMac, "10.0.0.12", kAliceMac, "10.0.0.11");
  EXPECT_THAT(sw().outputs(answer, {"trk,est,rpl", "trk,est,rpl"}), ElementsAre("p11"));
  EXPECT_THAT(sw().outputs(answer, {"trk,est,rpl", "trk,inv"}), IsEmpty());
  EXPECT_THAT(sw().outputs(answer, {"trk,rel,rpl", "trk,rel,rpl"}), ElementsAre("p11"));
}

TEST_F(InSwitch, ARemovedRuleCutsWhatIsEstablishedBothWays) {
  auto& e = sw().example;
  const auto forth = tcp("in_port=11", kAliceMac, "10.0.0.11", kBobMac, "10.0.0.12");
  const auto back = reply("in_port=12", kBobMac, "10.0.0.12", kAliceMac, "10.0.0.11");
  EXPECT_THAT(sw().outputs(forth, {"trk,est", "trk,est"}), ElementsAre("p12"));
  const auto rules = e.world.intent().rules_of(e.web);
  const auto open = std::find_if(rules.begin(), rules.end(), [&](const Uuid& id) {
    return e.world.intent().find<model::SecurityGroupRule>(id)->port_range_min == 80;
  });
  const auto row = *e.world.intent().find<model::SecurityGroupRule>(*open);
  e.world.erase<model::SecurityGroupRule>(row.id);
  sw().update();
  EXPECT_THAT(sw().outputs(forth, {"trk,est", "trk,est"}), IsEmpty());
  EXPECT_THAT(sw().outputs(back, {"trk,est,rpl", "trk,est,rpl"}), IsEmpty());
  e.world.put(row);
  sw().update();
  EXPECT_THAT(sw().outputs(forth, {"trk,est", "trk,est"}), ElementsAre("p12"));
  EXPECT_THAT(sw().outputs(back, {"trk,est,rpl", "trk,est,rpl"}), ElementsAre("p11"));
}

TEST_F(InSwitch, RemotePortsAreReachedThroughTheTunnelWithTheVni) {
  EXPECT_THAT(sw().outputs(tcp("in_port=11", kAliceMac, "10.0.0.11", kCarolMac, "10.0.0.13")),
              ElementsAre("tunnel:100"));
}

TEST_F(InSwitch, APacketFromATunnelMeetsTheReceiversPolicy) {
  EXPECT_THAT(sw().outputs(tcp(kFromWorker2, kCarolMac, "10.0.0.13", kBobMac, "10.0.0.12")),
              ElementsAre("p12"));
  EXPECT_THAT(sw().outputs(tcp(kFromWorker2, kCarolMac, "10.0.0.13", kBobMac, "10.0.0.12", 81)), IsEmpty());
  EXPECT_THAT(sw().outputs(tcp(kFromWorker2, kCarolMac, "10.0.0.13", kCarolMac, "10.0.0.13")),
              testing::Not(testing::Contains(HasSubstr("tunnel"))))
      << "never back into a tunnel";
}

TEST_F(InSwitch, SpoofedSourcesAreDropped) {
  EXPECT_THAT(sw().outputs(tcp("in_port=11", kDaveMac, "10.0.0.11", kBobMac, "10.0.0.12")), IsEmpty())
      << "MAC";
  EXPECT_THAT(sw().outputs(tcp("in_port=11", kAliceMac, "10.0.0.99", kBobMac, "10.0.0.12")), IsEmpty())
      << "IP";
  EXPECT_THAT(sw().outputs(tcp("in_port=11,vlan_tci=0x1005", kAliceMac, "10.0.0.11", kBobMac, "10.0.0.12")),
              IsEmpty())
      << "tag";
  EXPECT_THAT(sw().outputs(tcp("in_port=14", "02:00:00:00:00:99", "10.0.0.11", kBobMac, "10.0.0.12")),
              ElementsAre("p12"))
      << "a port without port security may";
  EXPECT_THAT(sw().outputs(arp(11, kAliceMac, "10.0.0.12", "10.0.0.50", kAliceMac)), IsEmpty()) << "ARP SPA";
  EXPECT_THAT(sw().outputs(arp(11, kAliceMac, "10.0.0.11", "10.0.0.50", kBobMac)), IsEmpty()) << "ARP SHA";
}

TEST_F(InSwitch, NetworksOfTheSameAddressesNeverMeet) {
  // dave has bob's address and green has blue's VNI number.
  EXPECT_THAT(sw().outputs(tcp("in_port=11", kAliceMac, "10.0.0.11", kDaveMac, "10.0.0.12")),
              testing::Not(testing::Contains("p13")));
  EXPECT_THAT(sw().outputs(tcp("in_port=13", kDaveMac, "10.0.0.12", kAliceMac, "10.0.0.11")), IsEmpty());
  const std::string broadcast =
      ",arp,dl_src=02:00:00:00:00:01,dl_dst=ff:ff:ff:ff:ff:ff,arp_op=1,arp_tpa=10.0.0.77";
  EXPECT_THAT(sw().outputs(kFromWorker2 + broadcast),
              UnorderedElementsAre("p11", "p12", "p14", "p15", "p16"));
  EXPECT_THAT(
      sw().outputs("in_port=22,tun_id=100,tun_src=192.0.2.2,tun_dst=192.0.2.1,tun_ttl=64" + broadcast),
      ElementsAre("p13"));
  EXPECT_THAT(
      sw().outputs("in_port=21,tun_id=101,tun_src=192.0.2.2,tun_dst=192.0.2.1,tun_ttl=64" + broadcast),
      IsEmpty());
}

TEST_F(InSwitch, ArpIsAnsweredOnTheSpot) {
  const auto answer = sw().trace(arp(11, kAliceMac, "10.0.0.11", "10.0.0.13", kAliceMac));
  EXPECT_THAT(answer, HasSubstr("IN_PORT"));
  EXPECT_THAT(answer,
              HasSubstr("arp(sip=10.0.0.13,tip=10.0.0.11,op=2,sha=fa:16:3e:00:00:03,tha=fa:16:3e:00:00:01)"));
  EXPECT_THAT(sw().outputs(arp(11, kAliceMac, "10.0.0.11", "10.0.0.13", kAliceMac)), ElementsAre("p11"));
}

TEST_F(InSwitch, ArpForAnUnknownAddressFloodsOnceToEveryone) {
  EXPECT_THAT(sw().outputs(arp(11, kAliceMac, "10.0.0.11", "10.0.0.77", kAliceMac)),
              UnorderedElementsAre("p12", "p14", "p15", "p16", "tunnel:100"));
}

TEST_F(InSwitch, AProbeOfOnesOwnAddressIsNotAnswered) {
  EXPECT_THAT(sw().outputs(arp(11, kAliceMac, "0.0.0.0", "10.0.0.11", kAliceMac)),
              UnorderedElementsAre("p12", "p14", "p15", "p16", "tunnel:100"));
}

TEST_F(InSwitch, DhcpRequestsGoToTheAgentOnly) {
  const std::string discover =
      std::string("in_port=11,udp,nw_ttl=64,dl_src=") + kAliceMac +
      ",dl_dst=ff:ff:ff:ff:ff:ff,nw_src=0.0.0.0,nw_dst=255.255.255.255,udp_src=68,udp_dst=67";
  EXPECT_THAT(sw().outputs(discover), ElementsAre("controller"));
  const std::string offer =
      std::string("in_port=11,udp,nw_ttl=64,dl_src=") + kAliceMac +
      ",dl_dst=ff:ff:ff:ff:ff:ff,nw_src=10.0.0.11,nw_dst=255.255.255.255,udp_src=67,udp_dst=68";
  EXPECT_THAT(sw().outputs(offer), IsEmpty());
}

TEST_F(InSwitch, ARemoteGroupRulePassesItsMembersOnly) {
  // tcp 8000-8009 is open to the default group: alice and carol, not the router.
  EXPECT_THAT(
      sw().outputs(tcp("in_port=11", kAliceMac, "10.0.0.11", kBobMac, "10.0.0.12", 8009), kNewToReceiver),
      ElementsAre("p12"));
  EXPECT_THAT(sw().outputs(tcp(kFromWorker2, kCarolMac, "10.0.0.13", kBobMac, "10.0.0.12", 8000)),
              ElementsAre("p12"));
  const auto from_router = tcp("in_port=14", "fa:16:3e:00:00:05", "10.0.0.1", kBobMac, "10.0.0.12", 8000);
  EXPECT_THAT(sw().outputs(from_router), IsEmpty());
  EXPECT_THAT(
      sw().outputs(tcp("in_port=11", kAliceMac, "10.0.0.11", kBobMac, "10.0.0.12", 8010), kNewToReceiver),
      IsEmpty());

  const Uuid membership = sw().example.world.join(sw().example.router, sw().example.standard);
  sw().update();
  EXPECT_THAT(sw().outputs(from_router), ElementsAre("p12"));
  sw().example.world.erase<model::GroupMember>(membership);
  sw().update();
  EXPECT_THAT(sw().outputs(from_router), IsEmpty());
}

TEST_F(InSwitch, AnAddressInTwoRemoteGroupsMatchesBoth) {
  auto& e = sw().example;
  const Uuid more = e.world.group("more");
  const Uuid rule = e.world.rule(e.web, {.protocol = 6, .port_min = 9000, .remote = more});
  const Uuid membership = e.world.join(e.alice, more);
  sw().update();
  for (int port : {8000, 9000}) {
    EXPECT_THAT(
        sw().outputs(tcp("in_port=11", kAliceMac, "10.0.0.11", kBobMac, "10.0.0.12", port), kNewToReceiver),
        ElementsAre("p12"));
  }
  e.world.erase<model::SecurityGroupRule>(rule);
  e.world.erase<model::GroupMember>(membership);
  e.world.erase<model::SecurityGroup>(more);
  sw().update();
  EXPECT_THAT(
      sw().outputs(tcp("in_port=11", kAliceMac, "10.0.0.11", kBobMac, "10.0.0.12", 9000), kNewToReceiver),
      IsEmpty());
  EXPECT_TRUE(e.compiler.difference(sw().installed()).empty());
}

TEST_F(InSwitch, ADownPortIsNeitherHeardNorReached) {
  auto& e = sw().example;
  const auto to_bob = tcp("in_port=11", kAliceMac, "10.0.0.11", kBobMac, "10.0.0.12");
  auto set_up = [&](bool up) {
    e.world.edit<model::Port>(e.bob, [&](model::Port& row) { row.admin_state_up = up; });
    sw().update();
  };
  set_up(false);
  EXPECT_THAT(sw().outputs(to_bob, kNewToReceiver), IsEmpty());
  EXPECT_THAT(
      sw().outputs(tcp("in_port=12", kBobMac, "10.0.0.12", kAliceMac, "10.0.0.11"), {"trk,est", "trk,est"}),
      IsEmpty());
  set_up(true);
  EXPECT_THAT(sw().outputs(to_bob, kNewToReceiver), ElementsAre("p12"));
}

constexpr std::uint32_t kCrowdVni = 101;
constexpr std::uint32_t kFew = 64;

/// Gratuitous.
net::Frame announcement(std::uint64_t mac) {
  const auto sender = MacAddress::from_u64(mac);
  const auto address = IpAddress::v4(0x0a0000fa);
  return net::build_arp(
      {.operation = 1, .sender_mac = sender, .sender = address, .target_mac = {}, .target = address},
      MacAddress::broadcast());
}

/// Where the switch learned that a MAC is, by network.
std::map<std::uint64_t, std::uint64_t> places_of(std::uint64_t mac,
                                                 const std::vector<openflow::Flow>& flows) {
  std::map<std::uint64_t, std::uint64_t> places;
  for (const auto& flow : flows) {
    const auto* to = flow.key.match.find(openflow::Field::kEthDst);
    if (flow.key.table != number(Table::kPlaces) || !to || to->value.lo != mac) continue;
    for (const auto& action : flow.actions) {
      const auto* set = std::get_if<openflow::SetField>(&action);
      if (set && set->field == kOutPort.field())
        places[flow.key.match.find(kNetworkField.field())->value.lo] = set->value.lo;
    }
  }
  return places;
}

std::size_t places_with(std::uint64_t cookie, const std::vector<openflow::Flow>& flows) {
  return static_cast<std::size_t>(std::count_if(flows.begin(), flows.end(), [&](const openflow::Flow& flow) {
    return flow.key.table == number(Table::kPlaces) && flow.cookie == cookie;
  }));
}

/// Dumps until it holds: the switch learns when it gets to it.
template <typename Condition>
std::vector<openflow::Flow> flows_when(SwitchWorld& sw, Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  auto flows = sw.installed();
  while (!condition(flows) && std::chrono::steady_clock::now() < deadline) flows = sw.installed();
  EXPECT_TRUE(condition(flows));
  return flows;
}

/// The flow by which a network learns, with a limit that is soon reached.
openflow::Flow learning_few(const Compiler& compiler, NetworkKey network) {
  openflow::Flow learning;
  for (auto& flow : compiler.desired()) {
    const auto* of = flow.key.match.find(kNetworkField.field());
    if (flow.key.table == number(Table::kAnnouncements) && of && of->value.lo == network.value)
      learning = std::move(flow);
  }
  std::get<openflow::Learn>(learning.actions.at(0)).limit = kFew;
  return learning;
}

TEST_F(InSwitch, EachNetworkLearnsPlacesWithinItsOwnLimit) {
  auto& e = sw().example;
  constexpr std::uint64_t kVrrpMac = 0x00005e000133, kNested = 0x020000000000;
  constexpr std::uint32_t kBlueVni = 100;
  const Uuid crowd = e.world.network("crowd", model::Encapsulation::kVxlan, kCrowdVni);
  const Uuid port = e.world.port({.name = "in crowd", .network = crowd, .port_security = false});
  e.compiler.plug({.port = port, .interface = "p17", .ofport = 17, .zone = 17});
  e.compiler.add_tunnel({model::Encapsulation::kVxlan, "worker3", SwitchWorld::kVxlanToWorker3});
  sw().update();
  const auto blue = network_key(model::Encapsulation::kVxlan, kBlueVni).value;
  const auto crowded = network_key(model::Encapsulation::kVxlan, kCrowdVni);
  const auto crowd_cookie = cookie_of({.kind = ObjectKind::kNetwork, .id = crowd, .name = {}});
  using Places = std::map<std::uint64_t, std::uint64_t>;
  using Flows = std::vector<openflow::Flow>;
  auto is_at = [&](std::uint64_t ofport) {
    return [=](const Flows& flows) { return places_of(kVrrpMac, flows) == Places{{blue, ofport}}; };
  };

  sw().receive_from_node(announcement(kVrrpMac), 3, kBlueVni);
  flows_when(sw(), is_at(SwitchWorld::kVxlanToWorker3));
  sw().apply({.add_or_replace = {learning_few(e.compiler, crowded)}, .remove = {}});
  for (std::uint64_t n = 0; n < kFew; ++n) sw().receive_from_node(announcement(kNested + n), 2, kCrowdVni);
  flows_when(sw(), [&](const Flows& flows) { return places_with(crowd_cookie, flows) == kFew; });
  for (std::uint64_t n = 0; n < 100; ++n)
    sw().receive_from_node(announcement(kNested + kFew + n), 2, kCrowdVni);
  sw().receive_from_node(announcement(kNested), 3, kCrowdVni);
  sw().receive_from_node(announcement(kVrrpMac), 2, kBlueVni);
  auto flows = flows_when(sw(), is_at(ExampleWorld::kVxlanToWorker2));
  EXPECT_EQ(places_with(crowd_cookie, flows), kFew);
  EXPECT_EQ(places_of(kNested, flows), (Places{{crowded.value, ExampleWorld::kVxlanToWorker2}}))
      << "a network that is full moves no MAC";

  sw().receive(announcement(kVrrpMac), ExampleWorld::kRouter);
  flows_when(sw(), is_at(ExampleWorld::kRouter));
  sw().receive_from_node(announcement(kVrrpMac), 3, kBlueVni);
  flows = flows_when(sw(), is_at(SwitchWorld::kVxlanToWorker3));
  const auto difference = e.compiler.difference(flows);
  EXPECT_TRUE(difference.forget.empty() && difference.remove.empty());
  EXPECT_EQ(difference.add_or_replace.size(), 1u) << "the limit";

  e.compiler.remove_tunnel(model::Encapsulation::kVxlan, "worker3");
  sw().update();
  flows = sw().installed();
  EXPECT_EQ(places_of(kVrrpMac, flows), Places{});
  EXPECT_EQ(places_with(crowd_cookie, flows), 0u);
  e.compiler.unplug(port);
  e.world.erase<model::Port>(port);
  e.world.erase<model::Network>(crowd);
  sw().update();
  EXPECT_TRUE(e.compiler.difference(sw().installed()).empty());
}

}  // namespace
}  // namespace weft::fabric
