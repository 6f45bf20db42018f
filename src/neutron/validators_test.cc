#include "neutron/validators.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace weft::neutron {
namespace {

std::string reason(Validator validator, const std::string& text) {
  auto result = validator(json::parse(text));
  return result ? "ok" : result.error().message;
}

std::string normal(Validator validator, const std::string& text) {
  auto result = validator(json::parse(text));
  return result ? json::serialize(*result) : "refused: " + result.error().message;
}

TEST(Validators, TakeAddressesInAnyWriting) {
  EXPECT_EQ(normal(valid_cidr, R"("10.0.0.5/24")"), R"("10.0.0.0/24")");
  EXPECT_EQ(normal(valid_ethertype, R"("ipv6")"), R"("IPv6")");
  EXPECT_EQ(normal(valid_protocol, "6"), R"("6")");
}

TEST(Validators, RefuseInNeutronsWords) {
  EXPECT_EQ(reason(valid_cidr, R"("10.0.0.0")"),
            "'10.0.0.0' isn't a recognized IP subnet cidr, '10.0.0.0/32' is recommended");
  EXPECT_EQ(reason(valid_cidr, R"("10.0.0.0/33")"), "'10.0.0.0/33' is not a valid IP subnet");
  EXPECT_EQ(reason(valid_pools, R"([{"start": "10.0.0.1"}])"),
            R"(Invalid data format for IP pool: '{"start":"10.0.0.1"}')");
  EXPECT_EQ(reason(valid_fixed_ips, R"([{"ip_address": "x"}])"), "'x' is not a valid IP address");
  EXPECT_EQ(reason(valid_fixed_ips, R"([{"ip_address": "10.0.0.1"}, {"ip_address": "10.0.0.1"}])"),
            "Duplicate IP address '10.0.0.1'");
  EXPECT_EQ(reason(valid_uuid_list, R"(["x"])"), "'x' is not a valid UUID");
  EXPECT_EQ(reason(valid_nameservers, R"(["9.9.9.9", "9.9.9.9"])"), "Duplicate nameserver '9.9.9.9'");
  EXPECT_EQ(reason(valid_port_number, "65536"), "Invalid value for port 65536");
  EXPECT_EQ(reason(valid_direction, R"("sideways")"), "'sideways' is not in ['ingress', 'egress']");
  EXPECT_EQ(reason(valid_name, '"' + std::string(256, 'x') + '"'),
            "'" + std::string(256, 'x') + "' exceeds maximum length of 255");
}

TEST(Validators, TakeNamesOfHostsAndDomains) {
  EXPECT_EQ(normal(valid_dns_name, R"("Web-1")"), R"("web-1")");
  EXPECT_EQ(normal(valid_dns_name, R"("web.example.org.")"), R"("web.example.org.")");
  EXPECT_EQ(normal(valid_dns_name, R"("")"), R"("")");
  EXPECT_EQ(normal(valid_dns_domain, R"("Example.org.")"), R"("example.org.")");
  EXPECT_EQ(normal(valid_dns_domain, R"("")"), R"("")");
}

TEST(Validators, RefuseNamesInNeutronsWords) {
  EXPECT_EQ(reason(valid_dns_name, R"("-web")"),
            "'-web' not a valid PQDN or FQDN. Reason: Name '-web' must not start or end with a hyphen");
  EXPECT_EQ(reason(valid_dns_name, R"("a..b")"),
            "'a..b' not a valid PQDN or FQDN. Reason: Encountered an empty component");
  EXPECT_EQ(reason(valid_dns_name, R"("web_1")"),
            "'web_1' not a valid PQDN or FQDN. Reason: Name 'web_1' must be 1-63 characters long, each of "
            "which can only be alphanumeric or a hyphen");
  EXPECT_EQ(reason(valid_dns_name, R"("web.12")"),
            "'web.12' not a valid PQDN or FQDN. Reason: TLD '12' must not be all numeric");
  EXPECT_EQ(reason(valid_dns_domain, R"("example.org")"), "'example.org' is not a FQDN");
  for (auto wrong : {"5", "null", "[]", "{}", "true", R"("\u0000")", R"(".")"}) {
    EXPECT_NE(reason(valid_dns_name, wrong), "ok") << wrong;
    EXPECT_NE(reason(valid_dns_domain, wrong), "ok") << wrong;
  }
  const std::string label(63, 'a'), long_name = label + "." + label + "." + label + "." + label;
  EXPECT_EQ(reason(valid_dns_name, '"' + long_name + '"'), "ok");
  EXPECT_NE(reason(valid_dns_name, '"' + long_name + ".a\""), "ok");
  EXPECT_NE(reason(valid_dns_name, '"' + label + "a\""), "ok");
  EXPECT_NE(reason(valid_dns_domain, '"' + long_name + ".\""), "ok");
}

TEST(Validators, TakeModesOfIpv6) {
  for (auto mode : {R"("slaac")", R"("dhcpv6-stateless")", R"("dhcpv6-stateful")"})
    EXPECT_EQ(reason(valid_ipv6_mode, mode), "ok");
  EXPECT_EQ(reason(valid_ipv6_mode, "null"),
            "'None' is not in ['dhcpv6-stateful', 'dhcpv6-stateless', 'slaac']");
  for (auto wrong : {"5", "[]", "{}", "true", R"("SLAAC")", R"("")"})
    EXPECT_NE(reason(valid_ipv6_mode, wrong), "ok") << wrong;
}

TEST(Validators, LetUnsupportedAttributesStayEmpty) {
  for (auto text : {"null", "false", "[]", "{}", R"("")"})
    EXPECT_EQ(reason(valid_nothing, text), "ok") << text;
  EXPECT_EQ(reason(valid_nothing, "true"), "'True' is not supported");
  EXPECT_EQ(reason(valid_true, R"("true")"), "ok");
  EXPECT_EQ(reason(valid_true, "false"), "'False' is not supported");
}

}  // namespace
}  // namespace weft::neutron
