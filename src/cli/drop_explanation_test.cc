#include "cli/drop_explanation.h"

#include <gmock/gmock.h>

#include "cli/drop_world_fake.h"
#include "model/subnet_services.h"

namespace weft::cli {
namespace {

using fabric::Drop;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Explanations : public testing::Test {
 protected:
  Explanation of(const DropSample& sample) { return explain(sample, world_.intent); }
  std::vector<std::string> ways_out(const DropSample& sample) { return commands_of(of(sample)); }

  DropWorld world_;
};

// Document 004: a pod network behind instances.
TEST_F(Explanations, PodAddressesBehindAnInstanceHaveTwoWaysOut) {
  auto sample = world_.sample(Drop::kSpoofedIp, "172.16.3.4", "172.16.5.6", 1);
  auto explanation = of(sample);
  EXPECT_THAT(commands_of(explanation),
              ElementsAre("openstack port set --allowed-address ip-address=172.16.3.4 k8s1",
                          "openstack port set --allowed-address ip-address=172.16.0.0/16 k8s1",
                          "openstack security group rule create --protocol 4 --remote-group k8s k8s"));
  EXPECT_THAT(explanation.why, HasSubstr("anti-spoofing check"));
  EXPECT_THAT(explanation.why, HasSubstr("172.16.3.4 is not the port's"));
  EXPECT_THAT(explanation.why, Not(HasSubstr("DHCP")));
  EXPECT_THAT(explanation.object, HasSubstr("port k8s1 (00000000-0000-0000-0000-00000000000b)"));
  EXPECT_THAT(explanation.object, HasSubstr("fixed IPs 20.20.1.1, allowed address pairs none"));
}

TEST_F(Explanations, EncapsulationNeedsAnEgressRuleWhereNoneLetsItOut) {
  world_.intent.erase<model::SecurityGroupRule>(numbered(200));
  EXPECT_THAT(ways_out(world_.sample(Drop::kSpoofedIp, "172.16.3.4", "172.16.5.6", 1)),
              Contains("openstack security group rule create --protocol 4 --remote-group k8s k8s && "
                       "openstack security group rule create --egress --protocol 4 --remote-group k8s k8s"));
}

TEST_F(Explanations, AnotherPortsAddressIsSharedOrStolen) {
  auto explanation = of(world_.sample(Drop::kSpoofedIp, "20.20.1.2", "20.20.1.9", 17));
  EXPECT_THAT(explanation.why, HasSubstr("but of port k8s2"));
  EXPECT_THAT(commands_of(explanation),
              ElementsAre("openstack port set --allowed-address ip-address=20.20.1.2 k8s1"));
}

TEST_F(Explanations, SpoofedMacIsAllowedTogetherWithItsAddress) {
  auto sample = world_.sample(Drop::kSpoofedMac, "20.20.1.1", "20.20.1.2", 6);
  sample.headers.source = *MacAddress::parse("02:00:00:00:00:09");
  auto explanation = of(sample);
  EXPECT_THAT(explanation.why, HasSubstr("02:00:00:00:00:09 is not the port's"));
  EXPECT_THAT(commands_of(explanation),
              ElementsAre("openstack port set --allowed-address "
                          "ip-address=20.20.1.1,mac-address=02:00:00:00:00:09 k8s1"));
}

TEST_F(Explanations, SpoofedArpNamesTheAddressInside) {
  auto sample = world_.sample(Drop::kSpoofedArp);
  sample.headers.arp = net::ArpPacket{
      .sender_mac = DropWorld::mac_of(11), .sender = ip("20.20.1.77"), .target = ip("20.20.1.2")};
  auto explanation = of(sample);
  EXPECT_THAT(explanation.why, HasSubstr("of ARP: 20.20.1.77 is not"));
  EXPECT_THAT(commands_of(explanation),
              ElementsAre("openstack port set --allowed-address ip-address=20.20.1.77 k8s1"));
}

TEST_F(Explanations, SpoofedAdvertisementNamesItsTarget) {
  auto sample = world_.sample(Drop::kSpoofedNd, "fe80::1", "ff02::1", 58);
  sample.headers.ip[0].icmp_type = 136;
  sample.headers.ip[0].discovery = net::NeighbourDiscovery{
      .target = ip("fd00::9"), .link_address = MacAddress::parse("02:00:00:00:00:09")};
  sample.headers.source = *MacAddress::parse("02:00:00:00:00:09");
  EXPECT_THAT(ways_out(sample), Contains("openstack port set --allowed-address "
                                         "ip-address=fd00::9,mac-address=02:00:00:00:00:09 k8s1"));
}

TEST_F(Explanations, NoRuleInGetsTheRuleForThatPacket) {
  auto explanation =
      of(world_.with_ports(world_.sample(Drop::kNoRuleIn, "20.20.1.1", "20.20.1.2", 6), 40000, 443));
  EXPECT_THAT(commands_of(explanation),
              ElementsAre("openstack security group rule create --protocol tcp --dst-port 443 "
                          "--remote-group k8s k8s"));
  EXPECT_THAT(explanation.object, HasSubstr("port k8s2 (00000000-0000-0000-0000-00000000000c), group k8s ("));
  EXPECT_THAT(explanation.why, HasSubstr("no ingress rule"));
}

TEST_F(Explanations, NoRuleForIpipIsDocument004sCommand) {
  EXPECT_THAT(ways_out(world_.sample(Drop::kNoRuleIn, "20.20.1.1", "20.20.1.2", 4)),
              ElementsAre("openstack security group rule create --protocol 4 --remote-group k8s k8s"));
}

TEST_F(Explanations, RemoteIsAnAddressWhenItIsNoKnownPorts) {
  auto sample = world_.with_icmp(world_.sample(Drop::kNoRuleOut, "20.20.1.1", "8.8.8.8", 1), 8);
  EXPECT_THAT(ways_out(sample),
              ElementsAre("openstack security group rule create --egress --protocol icmp --icmp-type 8 "
                          "--icmp-code 0 --remote-ip 8.8.8.8/32 k8s"));
}

TEST_F(Explanations, SixthVersionSaysSo) {
  auto sample = world_.with_icmp(world_.sample(Drop::kNoRuleIn, "fd00::1", "fd00::2", 58), 128);
  EXPECT_THAT(ways_out(sample),
              ElementsAre("openstack security group rule create --ethertype IPv6 --protocol "
                          "ipv6-icmp --icmp-type 128 --icmp-code 0 "
                          "--remote-ip fd00::1/128 k8s"));
}

TEST_F(Explanations, ReplyNeedsTheRuleOfItsConnection) {
  auto sample = world_.with_ports(world_.sample(Drop::kNoRuleOut, "20.20.1.1", "20.20.1.2", 6), 443, 40000);
  sample.reply = true;
  auto explanation = of(sample);
  EXPECT_THAT(explanation.why, HasSubstr("no ingress rule of its groups allows the connection"));
  EXPECT_THAT(commands_of(explanation),
              ElementsAre("openstack security group rule create --protocol tcp --dst-port 443 "
                          "--remote-group k8s k8s"));
  auto pong = world_.with_icmp(world_.sample(Drop::kNoRuleIn, "20.20.1.1", "20.20.1.2", 1), 0);
  pong.reply = true;
  EXPECT_THAT(ways_out(pong), Contains(HasSubstr("--egress --protocol icmp --icmp-type 8 ")));
}

TEST_F(Explanations, PortWithoutGroupGetsOne) {
  world_.put_port(13, "alone", "20.20.1.3", {});
  auto sample = world_.with_ports(world_.sample(Drop::kNoRuleIn, "20.20.1.1", "20.20.1.3", 17), 1, 53);
  sample.receiver = numbered(13);
  sample.headers.destination = DropWorld::mac_of(13);
  auto explanation = of(sample);
  EXPECT_THAT(explanation.object, HasSubstr("which has no security group"));
  EXPECT_THAT(commands_of(explanation),
              ElementsAre("openstack port set --security-group GROUP alone && "
                          "openstack security group rule create --protocol udp --dst-port 53 "
                          "--remote-group k8s GROUP"));
}

TEST_F(Explanations, ServersOfTheNetworkAreItsOwn) {
  EXPECT_THAT(of(world_.sample(Drop::kRogueDhcp)).why, HasSubstr("only the network's own service"));
  EXPECT_THAT(of(world_.sample(Drop::kRogueRa)).why, HasSubstr("only the network's own routers"));
}

TEST_F(Explanations, TagIsNamed) {
  auto sample = world_.sample(Drop::kVlanTagged);
  sample.headers.vlans = {7};
  EXPECT_THAT(of(sample).why, HasSubstr("VLAN tag (7)"));
  EXPECT_THAT(ways_out(sample),
              ElementsAre("openstack port set --no-security-group --disable-port-security k8s1"));
}

TEST_F(Explanations, PortThatIsDownIsBroughtUp) {
  EXPECT_THAT(ways_out(world_.sample(Drop::kPortDown)), ElementsAre("openstack port set --enable k8s2"));
  auto port = *world_.intent.find<model::Port>(numbered(11));
  port.admin_state_up = false;
  world_.intent.put(port);
  EXPECT_THAT(ways_out(world_.sample(Drop::kUnknownPort)), ElementsAre("openstack port set --enable k8s1"));
}

TEST_F(Explanations, InterfaceWithoutAPortIsNamed) {
  auto sample = world_.sample(Drop::kUnknownPort);
  sample.sender.reset();
  auto explanation = of(sample);
  EXPECT_EQ(explanation.object, "interface tap1 of worker1");
  EXPECT_THAT(explanation.why, HasSubstr("iface-id"));
}

TEST_F(Explanations, DestinationWithoutATunnelIsNamed) {
  auto sample = world_.sample(Drop::kNoDestination);
  sample.node = "worker2";
  EXPECT_THAT(of(sample).why, HasSubstr("no tunnel from worker2 to worker1"));
}

TEST_F(Explanations, DistributedPortIsNotToBeBound) {
  auto port = *world_.intent.find<model::Port>(numbered(12));
  port.host.clear();
  world_.intent.put(port);
  EXPECT_THAT(ways_out(world_.sample(Drop::kNoDestination)),
              ElementsAre("openstack port set --host NODE k8s2"));
  port.device_owner = model::kDistributedOwner;
  port.device_id = model::distributed_device_id(numbered(DropWorld::kSubnet));
  world_.intent.put(port);
  auto explanation = of(world_.sample(Drop::kNoDestination, "20.20.1.1", "20.20.1.2", 6));
  EXPECT_THAT(explanation.why, HasSubstr("answers DHCP, ARP, neighbour discovery and ping"));
  EXPECT_THAT(commands_of(explanation), IsEmpty());
}

TEST_F(Explanations, TooBigNamesTheMtu) {
  auto explanation = of(world_.sample(Drop::kTooBig, "20.20.1.1", "20.20.1.2", 17));
  EXPECT_THAT(explanation.object, HasSubstr("port k8s1"));
  EXPECT_THAT(explanation.why, HasSubstr("MTU (1450)"));
  EXPECT_THAT(explanation.why, HasSubstr("unless it was sent to a group"));
  EXPECT_THAT(commands_of(explanation), ElementsAre("ip link set dev INTERFACE mtu 1450"));
}

TEST_F(Explanations, RefusedRequestsCanBeLookedAt) {
  for (auto reason : {Drop::kTooManyRequests, Drop::kMalformedRequest}) {
    auto explanation = of(world_.sample(reason));
    EXPECT_THAT(explanation.remedies.at(0).text, HasSubstr("on worker1"));
    EXPECT_THAT(commands_of(explanation),
                ElementsAre("tcpdump -e -n -vv -i tap1 'udp port 67 or udp port 547 or icmp6'"));
  }
  EXPECT_THAT(of(world_.sample(Drop::kTooManyRequests)).why, HasSubstr("more than 20 DHCP requests"));
}

TEST_F(Explanations, EveryReasonHasOne) {
  for (const auto& info : fabric::kDrops) {
    auto bare = world_.sample(info.reason);
    EXPECT_FALSE(of(bare).why.empty()) << info.name;
    bare.sender.reset();
    bare.receiver.reset();
    bare.network.reset();
    EXPECT_FALSE(of(bare).object.empty()) << info.name;
  }
}

}  // namespace
}  // namespace weft::cli
