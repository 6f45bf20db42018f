#include "cni/result.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace weft::cni {
namespace {

namespace json = boost::json;

Wiring wiring() {
  Wiring w;
  w.host = {.name = "tap11111111-11", .mac = *MacAddress::parse("02:00:00:00:00:01")};
  w.container = {.name = "eth0", .mac = *MacAddress::parse("fa:16:3e:00:00:01"), .sandbox = "/run/netns/c1"};
  w.ips.push_back({.address = *IpAddress::parse("20.20.1.7"),
                   .prefix_length = 24,
                   .gateway = *IpAddress::parse("20.20.1.1")});
  w.routes.push_back(
      {.destination = *IpPrefix::parse("10.0.0.0/8"), .gateway = *IpAddress::parse("20.20.1.9")});
  w.nameservers.push_back(*IpAddress::parse("9.9.9.9"));
  w.dns_domain = "example.org.";
  return w;
}

TEST(CniResult, HasTheShapeOf1_0) {
  EXPECT_EQ(json::parse(result_json("1.0.0", wiring())), json::parse(R"({
      "cniVersion": "1.0.0",
      "interfaces": [{"name": "tap11111111-11", "mac": "02:00:00:00:00:01"},
                     {"name": "eth0", "mac": "fa:16:3e:00:00:01", "sandbox": "/run/netns/c1"}],
      "ips": [{"address": "20.20.1.7/24", "gateway": "20.20.1.1", "interface": 1}],
      "routes": [{"dst": "10.0.0.0/8", "gw": "20.20.1.9"}],
      "dns": {"nameservers": ["9.9.9.9"], "domain": "example.org."}})"));
}

TEST(CniResult, TellsTheIpVersionBefore1_0) {
  for (auto version : {"0.3.0", "0.3.1", "0.4.0"}) {
    auto result = json::parse(result_json(version, wiring()));
    EXPECT_EQ(result.at("cniVersion"), version);
    EXPECT_EQ(result.at("ips").at(0).at("version"), "4");
  }
  auto latest = json::parse(result_json("1.0.0", wiring()));
  EXPECT_FALSE(latest.at("ips").at(0).as_object().contains("version"));
}

TEST(CniResult, TellsBothVersionsOfADualStackPod) {
  Wiring both = wiring();
  both.ips.push_back({.address = *IpAddress::parse("2001:db8::7"),
                      .prefix_length = 64,
                      .gateway = *IpAddress::parse("2001:db8::1")});
  both.routes.push_back(
      {.destination = *IpPrefix::parse("::/0"), .gateway = *IpAddress::parse("2001:db8::1")});
  auto result = json::parse(result_json("0.4.0", both));
  EXPECT_EQ(result.at("ips").at(1), json::parse(R"({"address": "2001:db8::7/64", "gateway": "2001:db8::1",
                                                    "interface": 1, "version": "6"})"));
  EXPECT_EQ(result.at("routes").at(1), json::parse(R"({"dst": "::/0", "gw": "2001:db8::1"})"));
}

TEST(CniResult, KeepsRequiredListsWhenTheyAreEmpty) {
  auto result = json::parse(result_json("1.0.0", Wiring{}));
  EXPECT_TRUE(result.at("ips").as_array().empty());
  EXPECT_TRUE(result.at("dns").as_object().empty());
}

TEST(CniVersion, ListsWhatIsSupported) {
  EXPECT_EQ(json::parse(version_json("0.4.0")),
            json::parse(R"({"cniVersion":"0.4.0","supportedVersions":["0.3.0","0.3.1","0.4.0","1.0.0"]})"));
}

TEST(CniError, CodesComeFromTypeThenKind) {
  EXPECT_EQ(code_of(Error(Errc::kInvalid, "", "InvalidEnvironment")), ErrorCode::kInvalidEnvironment);
  EXPECT_EQ(code_of(Error(Errc::kConflict, "", "IpAddressInUse")), ErrorCode::kConflict);
  EXPECT_EQ(code_of(Error(Errc::kUnavailable, "")), ErrorCode::kTryAgainLater);
  EXPECT_EQ(code_of(Error(Errc::kTimeout, "")), ErrorCode::kTryAgainLater);
  EXPECT_EQ(code_of(Error(Errc::kNotFound, "")), ErrorCode::kNotFound);
}

TEST(CniError, ObjectSaysWhatHappenedAndWhatToDo) {
  auto error = json::parse(error_json("0.4.0", Error(Errc::kNotFound, "no network is named \"n1\"")));
  EXPECT_EQ(error.at("cniVersion"), "0.4.0");
  EXPECT_EQ(error.at("code"), 100);
  EXPECT_EQ(error.at("msg"), "no network is named \"n1\"");
  EXPECT_FALSE(error.at("details").as_string().empty());
}

}  // namespace
}  // namespace weft::cni
