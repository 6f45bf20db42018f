#include "neutron/dhcp_options.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "neutron/validators.h"

namespace weft::neutron {
namespace {

using model::ExtraDhcpOption;

std::string fault(const std::string& list) {
  auto valid = valid_dhcp_options(json::parse(list));
  return valid ? "" : valid.error().message;
}

std::vector<ExtraDhcpOption> changed(std::vector<ExtraDhcpOption> options, const std::string& list) {
  change_dhcp_options(options, valid_dhcp_options(json::parse(list))->as_array());
  return options;
}

const ExtraDhcpOption kFile{"bootfile-name", "pxe.0", IpVersion::kV4};
const ExtraDhcpOption kFile6{"bootfile-name", "tftp://[fd00::1]/pxe", IpVersion::kV6};

TEST(DhcpOptions, AreTakenAsNeutronTakesThem) {
  EXPECT_EQ(json::serialize(*valid_dhcp_options(json::parse(R"([{"opt_name": "67", "opt_value": "x"}])"))),
            R"([{"opt_name":"67","opt_value":"x","ip_version":4}])");
  EXPECT_EQ(json::serialize(*valid_dhcp_options(nullptr)), "[]");
  for (auto good : {R"([{"opt_name": "tag:!ipxe,67", "opt_value": "x", "ip_version": "6"}])",
                    R"([{"opt_name": "nobody-knows-it", "opt_value": "a, b"}])",
                    R"([{"opt_name": "router", "opt_value": ""}])",
                    R"([{"opt_name": "classless-static-route", "opt_value": ""}])",
                    R"([{"opt_name": "67", "opt_value": null}])"})
    EXPECT_EQ(fault(good), "") << good;
}

TEST(DhcpOptions, AreRefusedWithTheFieldsName) {
  EXPECT_EQ(fault(R"({"opt_name": "67"})"), R"(extra_dhcp_opts: '{"opt_name":"67"}' is not a list)");
  EXPECT_EQ(fault(R"([{"opt_name": "67"}])"),
            R"(extra_dhcp_opts: No valid key specs matched for: {"opt_name":"67"}: opt_value is missing)");
  const std::pair<const char*, const char*> bad[] = {
      {R"(7)", "not a dictionary"},
      {R"({"opt_value": "x"})", "opt_name is missing"},
      {R"({"opt_name": 67, "opt_value": "x"})", "opt_name is not a valid string"},
      {R"({"opt_name": "", "opt_value": "x"})", "opt_name is blank"},
      {R"({"opt_name": "boot file", "opt_value": "x"})", "opt_name has a blank"},
      {R"({"opt_name": "67", "opt_value": ""})", "opt_value is blank"},
      {R"({"opt_name": "67", "opt_value": 5})", "opt_value is not a valid string"},
      {R"({"opt_name": "67", "opt_value": "a\nb"})", "opt_value has more than one line"},
      {R"({"opt_name": "67", "opt_value": "x", "ip_version": 5})", "ip_version is not in [4, 6]"},
      {R"({"opt_name": "67", "opt_value": "x", "ip_version": []})", "ip_version is not in [4, 6]"},
      {R"({"opt_name": "67", "opt_value": "x", "colour": 1})", "'colour' is not known"}};
  for (const auto& [item, reason] : bad)
    EXPECT_NE(fault("[" + std::string(item) + "]").find(reason), std::string::npos) << item;
  EXPECT_NE(fault(R"([{"opt_name": ")" + std::string(65, 'x') + R"(", "opt_value": "x"}])"), "");
  EXPECT_NE(fault(R"([{"opt_name": "x", "opt_value": ")" + std::string(256, 'x') + R"("}])"), "");
}

TEST(DhcpOptions, AreNamedOncePerVersion) {
  EXPECT_EQ(
      fault(R"([{"opt_name": "a", "opt_value": "1"}, {"opt_name": "a", "opt_value": "1", "ip_version": 6}])"),
      "");
  auto twice = valid_dhcp_options(json::parse(
      R"([{"opt_name": "a", "opt_value": "1"}, {"opt_name": "a", "opt_value": "2", "ip_version": 4}])"));
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().type, "NeutronDbObjectDuplicateEntry");
}

TEST(DhcpOptions, ChangeByNameAndVersion) {
  EXPECT_EQ(changed({kFile, kFile6}, "[]"), (std::vector{kFile, kFile6}));
  EXPECT_EQ(changed({kFile, kFile6}, R"([{"opt_name": "bootfile-name", "opt_value": null}])"),
            std::vector{kFile6});
  EXPECT_EQ(changed({kFile}, R"([{"opt_name": "bootfile-name", "opt_value": "other"}])"),
            (std::vector{ExtraDhcpOption{"bootfile-name", "other", IpVersion::kV4}}));
  EXPECT_EQ(changed({kFile6}, R"([{"opt_name": "router", "opt_value": ""}])"),
            (std::vector{kFile6, ExtraDhcpOption{"router", "", IpVersion::kV4}}));
  EXPECT_EQ(changed({}, R"([{"opt_name": "bootfile-name", "opt_value": null}])"),
            std::vector<ExtraDhcpOption>{});
}

}  // namespace
}  // namespace weft::neutron
