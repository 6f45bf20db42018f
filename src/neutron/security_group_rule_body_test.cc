#include "neutron/security_group_rule_body.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace weft::neutron {
namespace {

struct Case {
  std::string body;  ///< beside group and direction, validated
  std::string error_type;
};

json::object with_group(const std::string& rest) {
  std::string text =
      R"({"security_group_id": "42127fea-4d05-4d64-a835-6fe2a7b54347", "direction": "ingress")";
  return json::parse(text + (rest.empty() ? "" : ", " + rest) + "}").as_object();
}

class RuleBody : public testing::TestWithParam<Case> {};

TEST_P(RuleBody, IsCheckedAsNeutronDoes) {
  auto rule = read_rule(with_group(GetParam().body));
  EXPECT_EQ(rule ? "" : rule.error().type, GetParam().error_type) << GetParam().body;
}

const Case kCases[] = {
    {"", ""},
    {R"("protocol": "tcp", "port_range_min": 22, "port_range_max": 22)", ""},
    {R"("protocol": "6", "port_range_min": 1, "port_range_max": 65535)", ""},
    {R"("protocol": "tcp", "port_range_min": 23, "port_range_max": 22)", "SecurityGroupInvalidPortRange"},
    {R"("protocol": "udp", "port_range_min": 22)", "SecurityGroupInvalidPortRange"},
    {R"("protocol": "tcp", "port_range_min": 0, "port_range_max": 10)", "SecurityGroupInvalidPortValue"},
    {R"("port_range_min": 22, "port_range_max": 22)", "SecurityGroupProtocolRequiredWithPorts"},
    {R"("protocol": "gre", "port_range_min": 1, "port_range_max": 2)", "SecurityGroupInvalidProtocolForPort"},
    {R"("protocol": "icmp", "port_range_min": 8, "port_range_max": 0)", ""},
    {R"("protocol": "icmp", "port_range_min": 256)", "SecurityGroupInvalidIcmpValue"},
    {R"("protocol": "icmp", "port_range_max": 3)", "SecurityGroupMissingIcmpType"},
    {R"("protocol": "icmp", "ethertype": "IPv6")", ""},
    {R"("protocol": "ipv6-icmp")", "SecurityGroupEthertypeConflictWithProtocol"},
    {R"("remote_ip_prefix": "10.0.0.0/8")", ""},
    {R"("remote_ip_prefix": "fd00::/8")", "SecurityGroupRuleParameterConflict"},
    {R"("remote_ip_prefix": "10.0.0.0/8", "ethertype": "IPv6")", "SecurityGroupRuleParameterConflict"},
    {R"("remote_ip_prefix": "10.0.0.0/8", "remote_group_id": "42127fea-4d05-4d64-a835-6fe2a7b54347")",
     "SecurityGroupMultipleRemoteEntites"},
    {R"("remote_address_group_id": "42127fea-4d05-4d64-a835-6fe2a7b54347")", ""},
    {R"("remote_group_id": "web")", "SecurityGroupNotFound"},
    {R"("remote_address_group_id": "office")", "AddressGroupNotFound"},
    {R"("protocol": "0", "port_range_min": 1, "port_range_max": 2)", "SecurityGroupInvalidProtocolForPort"},
    {R"("protocol": "esp", "port_range_min": 1, "port_range_max": 65535)", ""},
    {R"("protocol": "sctp", "port_range_min": 1, "port_range_max": 2)", ""},
    {R"("protocol": "41")", "SecurityGroupEthertypeConflictWithProtocol"},
    {R"("protocol": "icmpv6")", "SecurityGroupEthertypeConflictWithProtocol"},
    {R"("protocol": "icmpv6", "ethertype": "IPv6", "port_range_min": 128, "port_range_max": 0)", ""},
};
INSTANTIATE_TEST_SUITE_P(All, RuleBody, testing::ValuesIn(kCases));

TEST(RuleBodies, EveryProtocolNumberIsTakenForIpv6) {
  for (int number = 0; number <= 255; ++number) {
    auto rule = read_rule(with_group(R"("ethertype": "IPv6", "protocol": ")" + std::to_string(number) + '"'));
    ASSERT_TRUE(rule) << number;
    EXPECT_EQ(rule->protocol, number == 0   ? std::nullopt
                              : number == 1 ? std::optional(58)
                                            : std::optional(number));
  }
}

TEST(RuleBodies, EveryPortIsNoRange) {
  auto rule = read_rule(with_group(R"("protocol": "tcp", "port_range_min": 1, "port_range_max": 65535)"));
  ASSERT_TRUE(rule);
  EXPECT_FALSE(rule->port_range_min || rule->port_range_max);
}

TEST(RuleBodies, KeepHostBitsForTheAnswerOnly) {
  auto rule = read_rule(with_group(R"("remote_ip_prefix": "10.0.0.5/24")"));
  ASSERT_TRUE(rule);
  EXPECT_EQ(rule->remote_prefix->to_string(), "10.0.0.0/24");
  EXPECT_EQ(rule->remote_prefix_text, "10.0.0.5/24");
  auto normal = read_rule(with_group(R"("remote_ip_prefix": "10.0.0.0/24")"));
  EXPECT_EQ(normal->remote_prefix_text, "");
}

TEST(RuleBodies, SpeakOfIcmpInTheWordsOfTheirIpVersion) {
  auto rule = read_rule(with_group(R"("protocol": "icmp", "ethertype": "IPv6")"));
  ASSERT_TRUE(rule);
  EXPECT_EQ(rule->protocol_name, "ipv6-icmp");
  EXPECT_EQ(rule->protocol, 58);
  auto kept = read_rule(with_group(R"("protocol": "6")"));
  EXPECT_EQ(kept->protocol_name, "6");
  auto any = read_rule(with_group(R"("protocol": "ip")"));
  ASSERT_TRUE(any);
  EXPECT_FALSE(any->protocol);
}

}  // namespace
}  // namespace weft::neutron
