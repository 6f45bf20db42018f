#include "agent/bridge_interfaces.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace weft::agent {
namespace {

constexpr const char* kSchema = R"({"name":"Open_vSwitch","tables":{
  "Bridge":{"columns":{"name":{"type":"string"},
    "ports":{"type":{"key":{"type":"uuid","refTable":"Port"},"min":0,"max":"unlimited"}}}},
  "Port":{"columns":{"name":{"type":"string"},
    "interfaces":{"type":{"key":{"type":"uuid","refTable":"Interface"},"min":1,"max":"unlimited"}}}},
  "Interface":{"columns":{"name":{"type":"string"},"type":{"type":"string"},
    "ofport":{"type":{"key":"integer","min":0,"max":1}}}}}})";

const std::string kBridge = "b0000000-0000-4000-8000-000000000000";
const std::string kPort = "a0000000-0000-4000-8000-000000000001";
const std::string kInterface = "c0000000-0000-4000-8000-000000000001";

std::string ref(const std::string& id) {
  return R"(["uuid",")" + id + R"("])";
}
std::string row(const std::string& table, const std::string& id, const std::string& operation) {
  return '"' + table + R"(":{")" + id + R"(":{)" + operation + "}}";
}

class BridgeInterfacesTest : public testing::Test {
 protected:
  BridgeInterfacesTest() {
    auto schema = ovsdb::parse_schema(boost::json::parse(kSchema));
    EXPECT_TRUE(schema);
    replica_.set_schema(std::move(*schema));
  }
  bool notify(const std::string& tables) {
    auto changes = replica_.apply_updates2(boost::json::parse("{" + tables + "}"));
    EXPECT_TRUE(changes) << changes.error().message;
    auto changed = interfaces_.apply(replica_, *changes);
    EXPECT_EQ(interfaces_.all(), read_interfaces(replica_));
    return changed;
  }
  bool plug(const std::string& bridge_operation) {
    return notify(row("Bridge", kBridge, bridge_operation) + "," +
                  row("Port", kPort, R"("insert":{"name":"tap1","interfaces":)" + ref(kInterface) + "}") +
                  "," + row("Interface", kInterface, R"("insert":{"name":"tap1"})"));
  }

  ovsdb::Replica replica_;
  BridgeInterfaces interfaces_{std::string(kIntegrationBridge)};
};

TEST_F(BridgeInterfacesTest, FollowAnInterfaceFromPlugToUnplug) {
  EXPECT_TRUE(plug(R"("insert":{"name":"br-int","ports":)" + ref(kPort) + "}"));
  EXPECT_TRUE(notify(row("Interface", kInterface, R"("modify":{"ofport":7})")));
  EXPECT_EQ(interfaces_.all().at("tap1").ofport, 7);
  EXPECT_TRUE(notify(row("Bridge", kBridge, R"("modify":{"ports":)" + ref(kPort) + "}") + "," +
                     row("Port", kPort, R"("delete":null)") + "," +
                     row("Interface", kInterface, R"("delete":null)")));
  EXPECT_TRUE(interfaces_.all().empty());
}

TEST_F(BridgeInterfacesTest, AnotherBridgesInterfacesAreNotSeen) {
  EXPECT_FALSE(plug(R"("insert":{"name":"br-ex","ports":)" + ref(kPort) + "}"));
  EXPECT_FALSE(notify(row("Interface", kInterface, R"("modify":{"ofport":7})")));
}

}  // namespace
}  // namespace weft::agent
