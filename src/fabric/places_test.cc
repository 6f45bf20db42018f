// What the switch learns of one network is no other network's loss.

#include <gtest/gtest.h>

#include "fabric/example_world.h"
#include "fabric/families.h"
#include "openflow/interpreter.h"

namespace weft::fabric {
namespace {

using openflow::Field;

constexpr std::uint64_t kBlue = 100, kCrowd = 101, kLimit = 4096;
constexpr std::uint32_t kToWorker3 = 23, kInCrowd = 17;
constexpr std::uint64_t kVrrpMac = 0x00005e000133, kNested = 0x020000000000;

/// Another network behind the same tunnels as blue, with a port here; router speaks for unknown MACs.
class LearnedPlaces : public testing::Test {
 protected:
  LearnedPlaces() {
    crowd = e.world.network("crowd", model::Encapsulation::kVxlan, kCrowd);
    const Uuid port = e.world.port({.name = "in crowd", .network = crowd, .port_security = false});
    e.compiler.intent_changed(e.world.take_changes());
    e.compiler.plug({.port = port, .interface = "p17", .ofport = kInCrowd, .zone = 17});
    e.compiler.add_tunnel({model::Encapsulation::kVxlan, "worker3", kToWorker3});
    e.compiler.compile();
    interpreter.emplace(e.compiler.desired());
  }

  openflow::Outcome send(std::uint32_t in_port, std::uint64_t vni, std::uint64_t from, std::uint64_t to) {
    openflow::Packet arp{{Field::kInPort, in_port}, {Field::kEthSrc, from}, {Field::kEthDst, to},
                         {Field::kEthType, 0x0806}, {Field::kVlanTci, 0},   {Field::kArpOp, 2},
                         {Field::kArpSpa, 0},       {Field::kArpTpa, 0},    {Field::kArpSha, from},
                         {Field::kArpTha, 0}};
    if (vni != 0) arp[Field::kTunId] = vni;
    return interpreter->run(arp, connections, learned, {});
  }
  void announce(std::uint32_t in_port, std::uint64_t vni, std::uint64_t mac) {
    send(in_port, vni, mac, 0xffffffffffff);
  }
  /// Why a packet was dropped on its way.
  static Drop reason_of(const openflow::Outcome& outcome) {
    for (const auto* flow : outcome.matched) {
      const auto family = family_of(flow->key.table, flow->key.priority);
      if (family && family->drop != Drop::kNone) return family->drop;
    }
    return Drop::kNone;
  }
  /// The tunnels that a packet of a local port takes to a MAC.
  std::set<std::uint32_t> tunnels(std::uint32_t from, std::uint64_t mac) {
    std::set<std::uint32_t> tunnels;
    for (const auto& sent : send(from, 0, 0x020000ffffff, mac).sent)
      if (sent.port == ExampleWorld::kVxlanToWorker2 || sent.port == kToWorker3) tunnels.insert(sent.port);
    return tunnels;
  }
  void crowd_announces(std::uint64_t count) {
    for (std::uint64_t n = 0; n < count; ++n) announce(ExampleWorld::kVxlanToWorker2, kCrowd, kNested + n);
  }

  ExampleWorld e;
  Uuid crowd;
  std::optional<openflow::Interpreter> interpreter;
  openflow::ConnectionTable connections;
  openflow::LearnedFlows learned;
};

using Tunnels = std::set<std::uint32_t>;

TEST_F(LearnedPlaces, OfANetworkFillItsOwnLimitOnly) {
  announce(kToWorker3, kBlue, kVrrpMac);
  EXPECT_EQ(tunnels(ExampleWorld::kRouter, kVrrpMac), Tunnels{kToWorker3});
  crowd_announces(kLimit + 100);
  EXPECT_EQ(learned.flows().size(), kLimit + 1 + 1) << "and router's own";
  EXPECT_EQ(tunnels(kInCrowd, kNested + kLimit - 1), Tunnels{ExampleWorld::kVxlanToWorker2});
  EXPECT_EQ(tunnels(kInCrowd, kNested + kLimit + 99), Tunnels{}) << "no place, and nobody to flood to";

  announce(ExampleWorld::kVxlanToWorker2, kBlue, kVrrpMac);
  EXPECT_EQ(tunnels(ExampleWorld::kRouter, kVrrpMac), Tunnels{ExampleWorld::kVxlanToWorker2});
}

TEST_F(LearnedPlaces, OfAPortAreSoManyAndItsFurtherAnnouncementsGoNowhere) {
  constexpr std::uint64_t kOfPort = 256;
  auto announced = [&](std::uint64_t mac) { return send(ExampleWorld::kRouter, 0, mac, 0xffffffffffff); };
  for (std::uint64_t n = 0; n < kOfPort; ++n) EXPECT_FALSE(announced(kNested + n).sent.empty());
  const auto refused = announced(kNested + kOfPort);
  EXPECT_EQ(reason_of(refused), Drop::kTooManyMacs);
  EXPECT_EQ(learned.flows().size(), kOfPort);
  EXPECT_FALSE(announced(e.world.mac_of(e.router).to_u64()).sent.empty()) << "its own MAC needs no place";
}

TEST_F(LearnedPlaces, AreNoneInANetworkWithoutPortsHere) {
  constexpr std::uint64_t kElsewhere = 102;
  announce(kToWorker3, kElsewhere, kVrrpMac);
  EXPECT_TRUE(learned.flows().empty());
  announce(kToWorker3, kBlue, kVrrpMac);
  EXPECT_EQ(learned.flows().size(), 1u);
}

}  // namespace
}  // namespace weft::fabric
