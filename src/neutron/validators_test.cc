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

TEST(Validators, LetUnsupportedAttributesStayEmpty) {
  for (auto text : {"null", "false", "[]", "{}", R"("")"})
    EXPECT_EQ(reason(valid_nothing, text), "ok") << text;
  EXPECT_EQ(reason(valid_nothing, "true"), "'True' is not supported");
  EXPECT_EQ(reason(valid_true, R"("true")"), "ok");
  EXPECT_EQ(reason(valid_true, "false"), "'False' is not supported");
}

}  // namespace
}  // namespace weft::neutron
