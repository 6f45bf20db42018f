#include "neutron/port_names.h"

#include <gtest/gtest.h>

namespace weft::neutron {
namespace {

IpAddress ip(const char* text) {
  return *IpAddress::parse(text);
}

TEST(PortNames, AreMadeOfTheAddressWithoutADnsName) {
  const model::Port port;
  auto name = host_name(port, nullptr, ip("10.0.0.5"), "openstacklocal.");
  EXPECT_EQ(name.hostname, "host-10-0-0-5");
  EXPECT_EQ(name.fqdn, "host-10-0-0-5.openstacklocal.");
  EXPECT_EQ(host_name(port, nullptr, ip("2001:db8::5"), "").fqdn, "host-2001-db8--5");
}

TEST(PortNames, LieInTheNearestDomain) {
  model::Port port;
  model::Network network;
  port.dns_name = "web";
  EXPECT_EQ(host_name(port, &network, ip("10.0.0.5"), "cloud.").fqdn, "web.cloud.");
  network.dns_domain = "net.example.";
  EXPECT_EQ(host_name(port, &network, ip("10.0.0.5"), "cloud.").fqdn, "web.net.example.");
  port.dns_domain = "port.example.";
  EXPECT_EQ(host_name(port, &network, ip("10.0.0.5"), "cloud.").fqdn, "web.port.example.");
  port.dns_name = "web.cloud.";
  EXPECT_EQ(host_name(port, &network, ip("10.0.0.5"), "cloud.").fqdn, "web.cloud.");
}

TEST(PortNames, FitTheConfiguredDomain) {
  for (auto name : {"", "web", "web.floor", "web.example.org.", "a.web.example.org."})
    EXPECT_TRUE(check_name_in_domain(name, "example.org.")) << name;
  for (auto name : {"example.org.", "web.example.com.", "webexample.org."})
    EXPECT_FALSE(check_name_in_domain(name, "example.org.")) << name;
  EXPECT_TRUE(check_name_in_domain("web.example.com.", ""));
}

TEST(PortNames, LeaveRoomForTheDomain) {
  const std::string label(63, 'a'), most = label + "." + label + "." + label + "." + std::string(50, 'a');
  EXPECT_TRUE(check_name_in_domain(most, "example.org."));
  auto refused = check_name_in_domain(most + "a", "example.org.");
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().message.starts_with("Invalid input for dns_name. Reason: "));
}

}  // namespace
}  // namespace weft::neutron
