#include "cli/openstack.h"

#include <gtest/gtest.h>

namespace weft::cli {
namespace {

TEST(Openstack, QuotesWhatAShellWouldRead) {
  EXPECT_EQ(shell_word("con-pod"), "con-pod");
  EXPECT_EQ(shell_word("my group"), "'my group'");
  EXPECT_EQ(shell_word("it's; rm"), "'it'\\''s; rm'");
  EXPECT_EQ(shell_word(""), "''");
}

TEST(Openstack, NamesWhatHasANameOfItsOwn) {
  model::Intent intent;
  model::SecurityGroup group;
  group.id = Uuid::random();
  group.name = "default";
  intent.put(group);
  EXPECT_EQ(word_of(intent, group), "default");
  model::SecurityGroup other = group;
  other.id = Uuid::random();
  intent.put(other);
  EXPECT_EQ(word_of(intent, group), group.id.to_string());
}

TEST(Openstack, NamesByIdWhatHasNoPlainName) {
  model::Intent intent;
  for (const char* name : {"-x", "--help", "x\x1b[31m\ny$(id)", "a\u202eb", ""}) {
    model::Port port;
    port.id = Uuid::random();
    port.name = name;
    intent.put(port);
    EXPECT_EQ(word_of(intent, port), port.id.to_string()) << name;
  }
}

TEST(Openstack, RulesCantNameEveryProtocol) {
  EXPECT_EQ(protocol_of_rule(IpVersion::kV4, 4), 4);
  EXPECT_EQ(protocol_of_rule(IpVersion::kV6, 41), 41);
  for (int protocol : {0, 41, 43, 44, 58, 59, 60})
    EXPECT_EQ(protocol_of_rule(IpVersion::kV4, protocol), std::nullopt) << protocol << " is of IPv6 only";
  EXPECT_EQ(protocol_of_rule(IpVersion::kV6, 1), std::nullopt) << "icmp in IPv6 means ICMPv6";
  EXPECT_EQ(rule_command({.group = "web", .remote = "--remote-group db"}),
            "openstack security group rule create --protocol any --remote-group db web");
}

}  // namespace
}  // namespace weft::cli
