#include <gmock/gmock.h>

#include "cli/drop_world_fake.h"

namespace weft::cli {
namespace {

using fabric::Drop;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const MacAddress kForeign = *MacAddress::parse("02:00:00:00:00:09");
constexpr auto kTrusted = "openstack port set --no-security-group --disable-port-security k8s1";

class Spoofs : public testing::Test {
 protected:
  Explanation of(const DropSample& sample) { return explain(sample, world_.intent); }
  std::vector<std::string> ways_out(const DropSample& sample) { return commands_of(of(sample)); }

  static DropSample discovery(Drop reason, const char* from, int type, const char* target,
                              std::optional<MacAddress> link_address = {}) {
    auto sample =
        DropWorld::with_icmp(DropWorld::sample(reason, from, "ff02::1", 58), static_cast<std::uint8_t>(type));
    sample.headers.ip[0].discovery =
        net::NeighbourDiscovery{.target = ip(target), .link_address = link_address};
    return sample;
  }
  static DropSample arp(const MacAddress& sender_mac, const char* sender, const char* target) {
    auto sample = DropWorld::sample(Drop::kSpoofedArp);
    sample.headers.arp = net::ArpPacket{.sender_mac = sender_mac, .sender = ip(sender), .target = ip(target)};
    return sample;
  }
  /// k8s1 may send to this remote only.
  void let_out_only(const char* prefix) {
    auto rule = *world_.intent.find<model::SecurityGroupRule>(numbered(200));
    rule.remote_prefix = IpPrefix::parse(prefix);
    world_.intent.put(rule);
  }

  DropWorld world_;
};

TEST_F(Spoofs, AdvertisementFromAForeignSourceIsBlamedForTheSource) {
  auto explanation = of(discovery(Drop::kSpoofedIp, "2001:db8::5", 136, "2001:db8::6"));
  EXPECT_THAT(explanation.why, HasSubstr("source addresses: 2001:db8::5 is not"));
  EXPECT_THAT(commands_of(explanation),
              ElementsAre("openstack port set --allowed-address ip-address=2001:db8::5 "
                          "--allowed-address ip-address=2001:db8::6 k8s1"))
      << "the target would be next";
}

TEST_F(Spoofs, AdvertisementOfAForeignTargetIsBlamedForTheTarget) {
  auto explanation =
      of(discovery(Drop::kSpoofedNd, "fe80::1", 136, "2001:db8::6", DropWorld::mac_of(DropWorld::kFirst)));
  EXPECT_THAT(explanation.why, HasSubstr("discovery: 2001:db8::6 is not"));
  EXPECT_THAT(commands_of(explanation),
              Contains("openstack port set --allowed-address ip-address=2001:db8::6 k8s1"));
}

TEST_F(Spoofs, NoPairAllowsATellingOfAnotherMac) {
  for (const auto& sample : {discovery(Drop::kSpoofedNd, "fe80::1", 135, "2001:db8::5", kForeign),
                             discovery(Drop::kSpoofedNd, "fe80::1", 136, "2001:db8::5", kForeign),
                             arp(kForeign, "20.20.1.1", "20.20.1.9")}) {
    auto explanation = of(sample);
    EXPECT_THAT(explanation.why,
                HasSubstr("it tells of 02:00:00:00:00:09, but comes from fa:16:3e:00:00:0b"));
    EXPECT_THAT(commands_of(explanation), ElementsAre(kTrusted));
  }
}

TEST_F(Spoofs, DetectionOfAForeignAddressNamesTheTarget) {
  auto explanation = of(discovery(Drop::kSpoofedNd, "::", 135, "2001:db8::5"));
  EXPECT_THAT(explanation.why, HasSubstr("2001:db8::5 is not the port's"));
  EXPECT_THAT(explanation.why, Not(HasSubstr("fa:16")));
  EXPECT_THAT(commands_of(explanation),
              Contains("openstack port set --allowed-address ip-address=2001:db8::5 k8s1"));
  auto probe = of(arp(DropWorld::mac_of(DropWorld::kFirst), "0.0.0.0", "20.20.1.77"));
  EXPECT_THAT(probe.why, HasSubstr("20.20.1.77 is not the port's"));
}

TEST_F(Spoofs, SourceWithoutAnAddressIsNamed) {
  auto explanation = of(world_.sample(Drop::kSpoofedIp, "0.0.0.0", "20.20.1.2", 17));
  EXPECT_THAT(explanation.why, HasSubstr("0.0.0.0 is not the port's"));
  EXPECT_THAT(explanation.why, Not(HasSubstr("fa:16")));
}

TEST_F(Spoofs, ImpossibleSourcesHaveNoWayOut) {
  for (const char* source : {"255.255.255.255", "224.0.0.5", "127.0.0.1", "::1", "ff02::1"}) {
    auto explanation = of(world_.sample(Drop::kSpoofedIp, source, source, 17));
    EXPECT_THAT(explanation.why, HasSubstr(std::string(source) + " is never"));
    EXPECT_THAT(explanation.remedies, IsEmpty()) << source;
  }
}

TEST_F(Spoofs, MalformedDiscoveryHasNoWayOut) {
  auto sample = discovery(Drop::kSpoofedNd, "fe80::1", 135, "2001:db8::5");
  sample.headers.ip[0].fragment = true;
  EXPECT_THAT(of(sample).why, HasSubstr("RFC 6980"));
  EXPECT_THAT(of(sample).remedies, IsEmpty());
}

TEST_F(Spoofs, LinkLocalAddressesAreNotOfPods) {
  EXPECT_THAT(ways_out(world_.sample(Drop::kSpoofedIp, "fe80::1", "fe80::2", 17)),
              ElementsAre("openstack port set --allowed-address ip-address=fe80::1 k8s1"));
}

constexpr auto kEgressIpip = "--egress --protocol 4 --remote-group k8s k8s";

TEST_F(Spoofs, EncapsulationNeedsAnEgressRuleThatReachesTheOther) {
  auto sample = world_.sample(Drop::kSpoofedIp, "172.16.3.4", "172.16.5.6", 1);
  let_out_only("192.168.0.0/16");
  EXPECT_THAT(ways_out(sample), Contains(HasSubstr(kEgressIpip)));
  let_out_only("20.20.1.0/24");
  EXPECT_THAT(ways_out(sample), Not(Contains(HasSubstr(kEgressIpip))));
}

TEST_F(Spoofs, EncapsulatedIpv6HasNoProtocolThatARuleCouldName) {
  EXPECT_THAT(ways_out(world_.sample(Drop::kSpoofedIp, "fd00:1::5", "fd00:2::5", 58)),
              Contains("openstack security group rule create --protocol any --remote-group k8s k8s"));
}

TEST_F(Spoofs, EncapsulationNeedsGroupsFirst) {
  world_.put_port(13, "alone", "20.20.1.3", {});
  auto sample = world_.sample(Drop::kSpoofedIp, "172.16.3.4", "172.16.5.6", 1);
  sample.sender = numbered(13);
  sample.headers.source = DropWorld::mac_of(13);
  auto explanation = of(sample);
  EXPECT_THAT(explanation.remedies.back().text, HasSubstr("need a security group"));
  EXPECT_THAT(commands_of(explanation), Not(Contains(HasSubstr("SRC"))));
}

TEST_F(Spoofs, DiscoveryFromAfarIsNeverRight) {
  for (int type : {133, 135, 136}) {
    auto sample = discovery(Drop::kSpoofedNd, "fe80::1", type, "20.20.1.2");
    sample.headers.ip[0].hop_limit = 64;
    EXPECT_THAT(of(sample).why, HasSubstr("hop limit 255, not 64")) << type;
    EXPECT_THAT(ways_out(sample), IsEmpty());
  }
}

TEST_F(Spoofs, SolicitationOfARouterTellsOfTheMacThatItComesFrom) {
  auto sample = DropWorld::with_icmp(DropWorld::sample(Drop::kSpoofedNd, "fe80::1", "ff02::2", 58), 133);
  sample.headers.ip[0].discovery = net::NeighbourDiscovery{.target = {}, .link_address = kForeign};
  EXPECT_THAT(of(sample).why, HasSubstr("it tells of 02:00:00:00:00:09, but comes from"));
}

TEST_F(Spoofs, DhcpForAnotherHardwareAddressIsNamed) {
  auto sample =
      DropWorld::with_ports(DropWorld::sample(Drop::kSpoofedMac, "0.0.0.0", "255.255.255.255", 17), 68, 67);
  EXPECT_THAT(of(sample).why, HasSubstr("for another hardware address"));
  EXPECT_THAT(ways_out(sample), IsEmpty());
}

}  // namespace
}  // namespace weft::cli
