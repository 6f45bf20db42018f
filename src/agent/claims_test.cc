#include <gtest/gtest.h>

#include "agent/ports.h"
#include "agent/status.h"

namespace weft::agent {
namespace {

model::Port port_on(const std::string& host) {
  model::Port port;
  port.id = Uuid::random();
  port.network = Uuid::random();
  port.host = host;
  return port;
}

void add_interface(SwitchInterfaces& interfaces, const std::string& name, const Uuid& port, int ofport = 7) {
  SwitchInterface interface;
  interface.row = Uuid::random();
  interface.name = name;
  interface.ofport = ofport;
  interface.external_ids = {{"iface-id", port.to_string()}};
  interfaces[name] = interface;
}

TEST(Claims, PortBoundHereIsCarried) {
  model::Intent intent;
  auto port = port_on("worker1");
  intent.put(port);
  SwitchInterfaces interfaces;
  add_interface(interfaces, "tap0", port.id);
  EXPECT_EQ(read_claims(interfaces, intent, "worker1").at("tap0").state, Claim::State::kHere);
}

TEST(Claims, PortBoundElsewhereSaysWhere) {
  model::Intent intent;
  auto port = port_on("worker1");
  intent.put(port);
  SwitchInterfaces interfaces;
  add_interface(interfaces, "tap0", port.id);
  auto claim = read_claims(interfaces, intent, "worker2").at("tap0");
  EXPECT_EQ(claim.state, Claim::State::kElsewhere);
  EXPECT_EQ(claim.failure,
            "port " + port.id.to_string() +
                " is bound to worker1, not to worker2: set binding:host_id or move the interface");
}

TEST(Claims, FirstNameWinsOfTwoInterfacesWithOnePort) {
  model::Intent intent;
  auto port = port_on("worker1");
  intent.put(port);
  SwitchInterfaces interfaces;
  add_interface(interfaces, "tap1", port.id);
  add_interface(interfaces, "tap0", port.id);
  auto claims = read_claims(interfaces, intent, "worker1");
  EXPECT_EQ(claims.at("tap0").state, Claim::State::kHere);
  EXPECT_EQ(claims.at("tap1").state, Claim::State::kDuplicate);
}

TEST(Claims, NewcomerDoesNotStealAPort) {
  model::Intent intent;
  auto port = port_on("worker1");
  intent.put(port);
  PortTable table(intent, "worker1");
  SwitchInterfaces interfaces;
  add_interface(interfaces, "tap1", port.id, 7);
  table.refresh(interfaces);
  add_interface(interfaces, "tap0", port.id, 8);
  table.refresh(interfaces);
  table.refresh(interfaces);
  EXPECT_EQ(table.local_ports().at(port.id).interface, "tap1");
  EXPECT_EQ(table.claims().at("tap0").state, Claim::State::kDuplicate);
  EXPECT_EQ(table.claims().at("tap0").failure, "interface tap1 has the same iface-id " + port.id.to_string());
  interfaces.at("tap1").device_gone = true;
  table.refresh(interfaces);
  EXPECT_EQ(table.local_ports().at(port.id).interface, "tap0")
      << "one that works takes over from one that is dead";
}

TEST(Claims, NewcomerThatCameWhileTheAgentWasDownDoesNotStealAPort) {
  model::Intent intent;
  auto port = port_on("worker1");
  intent.put(port);
  SwitchInterfaces interfaces;
  add_interface(interfaces, "tap0", port.id);
  add_interface(interfaces, "tap1", port.id);
  interfaces.at("tap1").external_ids["weft-ct-zone-port"] = port.id.to_string();
  EXPECT_EQ(read_claims(interfaces, intent, "worker1").at("tap1").state, Claim::State::kHere);
}

TEST(Claims, InterfaceWithoutADeviceCarriesNothing) {
  model::Intent intent;
  auto port = port_on("worker1");
  intent.put(port);
  SwitchInterfaces interfaces;
  add_interface(interfaces, "tap0", port.id);
  interfaces.at("tap0").device_gone = true;
  auto claims = read_claims(interfaces, intent, "worker1");
  EXPECT_EQ(claims.at("tap0").state, Claim::State::kWaiting);
  auto binding = wanted_bindings(claims, {port.id}, intent, "worker1").at(port.id);
  EXPECT_FALSE(binding.up);
  EXPECT_EQ(binding.failure, "the network device of interface tap0 is gone");
}

TEST(Claims, UnknownPortWaitsWithoutABinding) {
  model::Intent intent;
  SwitchInterfaces interfaces;
  add_interface(interfaces, "tap0", Uuid::random());
  auto claims = read_claims(interfaces, intent, "worker1");
  EXPECT_EQ(claims.at("tap0").state, Claim::State::kUnknown);
  EXPECT_TRUE(wanted_bindings(claims, {}, intent, "worker1").empty());
}

TEST(PortTable, NumberThatTheSwitchTakesAwayForAMomentStays) {
  model::Intent intent;
  auto port = port_on("worker1");
  intent.put(port);
  PortTable table(intent, "worker1");
  SwitchInterfaces interfaces;
  add_interface(interfaces, "tap0", port.id, 7);
  table.refresh(interfaces);
  interfaces.at("tap0").ofport = 0;
  table.refresh(interfaces);
  EXPECT_EQ(table.local_ports().at(port.id).ofport, 7U);
  interfaces.at("tap0").row = Uuid::random();
  table.refresh(interfaces);
  EXPECT_TRUE(table.local_ports().empty()) << "another interface of the same name is another interface";
}

TEST(ZoneTable, ReadsBackWhatAFormerAgentGave) {
  SwitchInterfaces interfaces;
  add_interface(interfaces, "tap0", Uuid::random());
  add_interface(interfaces, "tap1", Uuid::random());
  auto& external_ids = interfaces.at("tap1").external_ids;
  external_ids["weft-ct-zone"] = "1";
  external_ids["weft-ct-zone-port"] = external_ids.at("iface-id");
  ZoneTable zones;
  zones.assign(interfaces);
  EXPECT_EQ(zones.zone_of("tap1"), 1);
  EXPECT_EQ(zones.zone_of("tap0"), 2);
  EXPECT_EQ(zones.take_unflushed(), std::vector<std::uint16_t>{2})
      << "only the new one may hold strangers' entries";
}

TEST(ZoneTable, AnotherPortOnAnInterfaceDoesNotInheritConnections) {
  SwitchInterfaces interfaces;
  add_interface(interfaces, "tap0", Uuid::random());
  ZoneTable zones;
  zones.assign(interfaces);
  zones.take_unflushed();
  zones.assign(interfaces);
  EXPECT_TRUE(zones.take_unflushed().empty()) << "the same port keeps its connections";
  interfaces.at("tap0").external_ids["iface-id"] = Uuid::random().to_string();
  zones.assign(interfaces);
  EXPECT_EQ(zones.take_unflushed(), std::vector<std::uint16_t>{1}) << "another port";
  interfaces.at("tap0").row = Uuid::random();
  zones.assign(interfaces);
  EXPECT_EQ(zones.take_unflushed(), std::vector<std::uint16_t>{1}) << "another interface of this name";
}

TEST(ZoneTable, PortThatCameWhileTheAgentWasDownDoesNotInheritConnections) {
  SwitchInterfaces interfaces;
  add_interface(interfaces, "tap0", Uuid::random());
  auto& external_ids = interfaces.at("tap0").external_ids;
  external_ids["weft-ct-zone"] = "5";
  external_ids["weft-ct-zone-port"] = Uuid::random().to_string();
  ZoneTable zones;
  zones.assign(interfaces);
  EXPECT_EQ(zones.zone_of("tap0"), 5);
  EXPECT_EQ(zones.take_unflushed(), std::vector<std::uint16_t>{5});
}

TEST(ZoneTable, ZoneOfAnInterfaceThatLeftIsFlushedForTheNext) {
  SwitchInterfaces interfaces;
  add_interface(interfaces, "tap0", Uuid::random());
  ZoneTable zones;
  zones.assign(interfaces);
  zones.take_unflushed();
  interfaces.clear();
  add_interface(interfaces, "tap9", Uuid::random());
  zones.assign(interfaces);
  EXPECT_EQ(zones.zone_of("tap9"), 1);
  EXPECT_EQ(zones.take_unflushed(), std::vector<std::uint16_t>{1});
}

TEST(Bindings, AreReportedOnlyWhenConfirmed) {
  model::Intent intent;
  auto port = port_on("worker1");
  intent.put(port);
  SwitchInterfaces interfaces;
  add_interface(interfaces, "tap0", port.id);
  auto claims = read_claims(interfaces, intent, "worker1");
  EXPECT_TRUE(wanted_bindings(claims, {}, intent, "worker1").empty());
  EXPECT_TRUE(wanted_bindings(claims, {port.id}, intent, "worker1").at(port.id).up);
}

TEST(Bindings, PortThatIsAdministrativelyDownIsNotUp) {
  model::Intent intent;
  auto port = port_on("worker1");
  port.admin_state_up = false;
  intent.put(port);
  SwitchInterfaces interfaces;
  add_interface(interfaces, "tap0", port.id);
  auto claims = read_claims(interfaces, intent, "worker1");
  EXPECT_FALSE(wanted_bindings(claims, {port.id}, intent, "worker1").at(port.id).up);
}

TEST(Bindings, OnlyDifferencesAreWritten) {
  model::Binding same, changed, gone;
  same.port = Uuid::random();
  changed.port = Uuid::random();
  gone.port = Uuid::random();
  gone.id = Uuid::random();
  changed.id = Uuid::random();
  auto wanted_change = changed;
  wanted_change.up = true;
  wanted_change.id = {};
  auto edits = compare_bindings({{same.port, same}, {changed.port, wanted_change}},
                                {{same.port, same}, {changed.port, changed}, {gone.port, gone}});
  EXPECT_TRUE(edits.insert.empty());
  ASSERT_EQ(edits.update.size(), 1U);
  EXPECT_EQ(edits.update.front().second.id, changed.id);
  EXPECT_EQ(edits.remove, std::vector<Uuid>{gone.id});
}

}  // namespace
}  // namespace weft::agent
