#include <gmock/gmock.h>

#include "cli/drop_world_fake.h"

namespace weft::cli {
namespace {

using fabric::Drop;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class NoRules : public testing::Test {
 protected:
  Explanation of(const DropSample& sample) { return explain(sample, world_.intent); }
  std::vector<std::string> ways_out(const DropSample& sample) { return commands_of(of(sample)); }
  DropSample no_rule(int protocol) {
    return world_.sample(Drop::kNoRuleIn, "20.20.1.1", "20.20.1.2", protocol);
  }
  DropSample invalid(int protocol) {
    return world_.sample(Drop::kInvalidIn, "20.20.1.1", "20.20.1.2", protocol);
  }

  DropWorld world_;
};

TEST_F(NoRules, PortsThatTheSwitchCantSeeAreInNoRule) {
  for (int protocol : {33, 136}) {
    auto explanation = of(world_.with_ports(no_rule(protocol), 1, 80));
    EXPECT_THAT(commands_of(explanation), ElementsAre("openstack security group rule create --protocol " +
                                                      std::to_string(protocol) + " --remote-group k8s k8s"));
    EXPECT_THAT(explanation.remedies[0].text, HasSubstr("ports"));
  }
}

TEST_F(NoRules, ProtocolsThatNoRuleCanNameNeedAnyProtocol) {
  for (const auto& sample : {no_rule(41), world_.with_icmp(no_rule(58), 128)}) {
    auto explanation = of(sample);
    EXPECT_THAT(commands_of(explanation),
                ElementsAre("openstack security group rule create --protocol any --remote-group k8s k8s"));
    EXPECT_THAT(explanation.remedies[0].text, HasSubstr("allows every protocol"));
  }
}

TEST_F(NoRules, ProtocolZeroHasNoRule) {
  auto explanation = of(no_rule(0));
  EXPECT_THAT(commands_of(explanation), IsEmpty());
  EXPECT_THAT(explanation.remedies[0].text, HasSubstr("no rule can name protocol 0"));
}

TEST_F(NoRules, GroupsWithoutAPlainNameAreNamedById) {
  auto group = *world_.intent.find<model::SecurityGroup>(numbered(DropWorld::kK8s));
  group.name = "-k8s";
  world_.intent.put(group);
  const auto id = numbered(DropWorld::kK8s).to_string();
  EXPECT_THAT(ways_out(no_rule(4)), ElementsAre("openstack security group rule create --protocol 4 "
                                                "--remote-group " +
                                                id + " " + id));
}

TEST_F(NoRules, BystandersOfAFloodAreNotToBlame) {
  auto sample = world_.with_ports(no_rule(17), 1, 53);
  sample.headers.destination = *MacAddress::parse("02:77:00:00:00:01");
  auto explanation = of(sample);
  EXPECT_EQ(explanation.object, "MAC 02:77:00:00:00:01");
  EXPECT_THAT(explanation.why, HasSubstr("flooded: addressed to 02:77:00:00:00:01, which no port of the "
                                         "network has"));
  EXPECT_THAT(explanation.remedies, IsEmpty());
}

TEST_F(NoRules, FloodsToAnUnboundPortNameIt) {
  world_.put_port(13, "nobody", "20.20.1.3", {});
  auto port = *world_.intent.find<model::Port>(numbered(13));
  port.host.clear();
  world_.intent.put(port);
  auto sample = no_rule(17);
  sample.headers.destination = DropWorld::mac_of(13);
  auto explanation = of(sample);
  EXPECT_THAT(explanation.object, HasSubstr("port nobody ("));
  EXPECT_THAT(explanation.why, HasSubstr("whose port is bound to no node"));
  EXPECT_THAT(explanation.remedies, IsEmpty());
}

TEST_F(NoRules, BroadcastsAndPairsMacsAreForThePort) {
  auto sample = no_rule(17);
  sample.headers.destination = MacAddress::broadcast();
  EXPECT_FALSE(ways_out(sample).empty());
  auto port = *world_.intent.find<model::Port>(numbered(DropWorld::kSecond));
  sample.headers.destination = *MacAddress::parse("00:00:5e:00:01:0a");
  port.allowed_address_pairs.push_back(
      {.mac = sample.headers.destination, .ip = *IpPrefix::parse("20.20.1.100")});
  world_.intent.put(port);
  EXPECT_FALSE(ways_out(sample).empty());
}

TEST_F(NoRules, WhatIsOfNoConnectionHasPlainWords) {
  EXPECT_THAT(of(world_.with_ports(invalid(17), 1, 0)).why, HasSubstr("port 0 is of no connection"));
  EXPECT_THAT(of(world_.with_icmp(invalid(1), 5)).why, HasSubstr("ICMP type 5 (code 0) is of no connection"));
  EXPECT_THAT(of(world_.with_icmp(invalid(1), 0)).why, HasSubstr("answers a query"));
  EXPECT_THAT(of(world_.with_icmp(invalid(1), 3)).why, HasSubstr("error about a connection"));
  auto unasked = world_.with_ports(invalid(6), 22, 40000);
  unasked.headers.ip[0].tcp_flags = 0x12;
  for (const auto& sample : {unasked, world_.with_ports(invalid(17), 1, 0), world_.with_icmp(invalid(1), 5)})
    EXPECT_THAT(ways_out(sample), IsEmpty()) << "no command helps";
  EXPECT_THAT(of(unasked).remedies[0].text, HasSubstr("open the connection anew"));
}

TEST_F(NoRules, AnswersToALostAddressGetItBack) {
  auto sample = world_.with_ports(world_.sample(Drop::kInvalidIn, "20.20.1.1", "20.20.1.77", 17), 53, 4000);
  sample.reply = true;
  EXPECT_THAT(ways_out(sample),
              ElementsAre("openstack port set --allowed-address ip-address=20.20.1.77 k8s2"));
}

TEST_F(NoRules, TunnelsOwnEndsAreNeverReached) {
  auto explanation =
      of(world_.with_ports(world_.sample(Drop::kTunnelEndpoint, "20.20.1.1", "192.0.2.1", 17), 1, 4789));
  EXPECT_THAT(explanation.object, HasSubstr("port k8s1 ("));
  EXPECT_THAT(commands_of(explanation), IsEmpty());
}

}  // namespace
}  // namespace weft::cli
