#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "neutron/validators.h"

namespace weft::neutron {
namespace {

std::string outcome(Validator validator, const std::string& text) {
  auto result = validator(json::parse(text));
  if (result) return json::serialize(*result);
  const auto& error = result.error();
  return (error.type.empty() ? "" : error.type + ": ") + error.message;
}

TEST(PolicyValidators, TakeMacsInEveryUsualWriting) {
  for (auto text : {"fa:16:3e:00:00:01", "FA-16-3E-00-00-01", "fa:16:3e:0:0:1", "fa16.3e00.0001",
                    "fa16:3e00:1", "fa163e000001", "fa163e-000001"})
    EXPECT_EQ(outcome(valid_mac, '"' + std::string(text) + '"'), R"("fa:16:3e:00:00:01")") << text;
}

TEST(PolicyValidators, RefuseWhatIsNoMac) {
  for (auto text : {"", "fa:16:3e:00:00", "fa:16", "fa:16:3e:00-00:01", "fa163e00001", "fa:16:3e:00:00:001",
                    "fa:16:3e:00:00:", " fa:16:3e:00:00:01", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00",
                    "01:00:5e:00:00:01", "fa:16:3e:00:00:0g"})
    EXPECT_EQ(outcome(valid_mac, '"' + std::string(text) + '"'),
              "'" + std::string(text) + "' is not a valid MAC address");
  EXPECT_EQ(outcome(valid_mac, "null"), "'None' is not a valid MAC address");
}

TEST(PolicyValidators, KeepARemotePrefixAsWritten) {
  EXPECT_EQ(outcome(valid_remote_prefix, R"("10.0.0.5/24")"), R"("10.0.0.5/24")");
  EXPECT_EQ(outcome(valid_remote_prefix, R"("10.0.0.5")"), R"("10.0.0.5/32")");
  EXPECT_EQ(outcome(valid_remote_prefix, R"("2001:DB8::0/32")"), R"("2001:db8::/32")");
  EXPECT_EQ(outcome(valid_remote_prefix, R"("")"), "null");
  EXPECT_EQ(outcome(valid_remote_prefix, R"("10.0.0.0/33")"),
            "InvalidCIDR: Invalid CIDR 10.0.0.0/33 given as IP prefix.");
}

TEST(PolicyValidators, RefuseTheNameOfTheDefaultGroupInAnyCase) {
  EXPECT_EQ(outcome(valid_group_name, R"("web")"), R"("web")");
  EXPECT_EQ(outcome(valid_group_name, R"("Default")"),
            "SecurityGroupDefaultAlreadyExists: Default security group already exists.");
}

TEST(PolicyValidators, TakeTextAsAnIdThatMayNotExist) {
  EXPECT_EQ(outcome(valid_id, R"("web")"), R"("web")");
  EXPECT_EQ(outcome(valid_id, "5"), "'5' is not a valid string");
  EXPECT_EQ(outcome(valid_id_or_null, R"("")"), "null");
}

TEST(PolicyValidators, RefusePortsInNeutronsWords) {
  EXPECT_EQ(outcome(valid_port_number, "null"), "null");
  EXPECT_EQ(outcome(valid_port_number, R"("22")"), "22");
  EXPECT_EQ(outcome(valid_port_number, R"("")"), "SecurityGroupInvalidPortValue: Invalid value for port ");
  EXPECT_EQ(outcome(valid_port_number, "-1"), "SecurityGroupInvalidPortValue: Invalid value for port -1");
}

TEST(PolicyValidators, CountAddressPairsFirst) {
  std::string list;
  for (int i = 0; i < 11; ++i) list += (i ? ", " : "") + std::string("{}");
  EXPECT_EQ(outcome(valid_address_pairs, "[" + list + "]"),
            "AllowedAddressPairExhausted: The number of allowed address pair exceeds the maximum 10.");
  EXPECT_EQ(outcome(valid_address_pairs, R"([{"ip_address": "10.0.0.0/8", "colour": 1}])"),
            "HTTPBadRequest: Unrecognized attribute(s) 'colour'");
  EXPECT_EQ(outcome(valid_address_pairs, R"([{"ip_address": "10.0.0.0/40"}])"),
            "HTTPBadRequest: '10.0.0.0/40' is not a valid IP subnet");
  EXPECT_EQ(outcome(valid_address_pairs, "null"), "[]");
}

TEST(PolicyValidators, NormalisePrefixesAndRefuseDoubles) {
  EXPECT_EQ(outcome(valid_prefixes, R"(["10.0.0.5/8"])"), R"(["10.0.0.0/8"])");
  EXPECT_EQ(outcome(valid_prefixes, R"(["10.0.0.0/8", "10.0.0.0/8"])"),
            "Duplicate items in the list: '10.0.0.0/8'");
  EXPECT_EQ(outcome(valid_prefixes, R"(["10.0.0.1"])"),
            "'10.0.0.1' isn't a recognized IP subnet cidr, '10.0.0.1/32' is recommended");
  EXPECT_EQ(outcome(valid_prefixes, R"("10.0.0.0/8")"), "'10.0.0.0/8' is not a list");
}

}  // namespace
}  // namespace weft::neutron
