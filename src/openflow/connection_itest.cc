// The connection against a real ovs-vswitchd.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>

#include "net/packet.h"
#include "openflow/connected_switch.h"
#include "openflow/random_flows.h"

namespace weft::openflow {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::vector<Flow> sorted(std::vector<Flow> flows) {
  std::sort(flows.begin(), flows.end(), [](const Flow& a, const Flow& b) { return a.key < b.key; });
  return flows;
}

std::vector<Flow> flows_of(const std::vector<FlowStats>& stats) {
  std::vector<Flow> out;
  for (const FlowStats& s : stats) out.push_back(s.flow);
  return sorted(std::move(out));
}

Flow forwarding(int i) {
  Flow flow{.key = {.table = 5, .priority = 100}, .cookie = static_cast<std::uint64_t>(i)};
  flow.key.match.set(Field::kReg0, static_cast<std::uint64_t>(i)).set(Field::kEthType, 0x0800);
  flow.key.match.set(Field::kIpv4Dst, static_cast<std::uint64_t>(0x0a000000 + i));
  flow.actions = {SetField{Field::kReg15, static_cast<std::uint64_t>(i), Bits::ones(32)}, Resubmit{9}};
  return flow;
}

class ConnectionTest : public ConnectedSwitch {
 protected:
  std::vector<Flow> dump(std::uint8_t table = 0xff) {
    auto stats = await(connection->dump_flows(table));
    EXPECT_TRUE(stats) << stats.error().message;
    return stats ? flows_of(*stats) : std::vector<Flow>();
  }
};

TEST_F(ConnectionTest, AppliesTenThousandFlowsAtOnce) {
  std::vector<Flow> flows;
  for (int i = 0; i < 10000; ++i) flows.push_back(forwarding(i));
  auto start = std::chrono::steady_clock::now();
  auto applied = await(connection->apply(additions(flows)));
  auto applied_at = std::chrono::steady_clock::now();
  ASSERT_TRUE(applied) << applied.error().message;
  std::vector<Flow> dumped = dump();
  auto dumped_at = std::chrono::steady_clock::now();
  EXPECT_TRUE(dumped == sorted(flows));
  auto ms = [](auto d) { return std::chrono::duration<double, std::milli>(d).count(); };
  std::printf("10,000 flows: bundle %.1f ms, dump %.1f ms\n", ms(applied_at - start),
              ms(dumped_at - applied_at));

  std::vector<FlowMod> removals;
  for (const Flow& flow : flows) removals.push_back({FlowMod::Command::kDeleteStrict, flow});
  ASSERT_TRUE(await(connection->apply(removals)));
  EXPECT_TRUE(dump().empty());
}

TEST_F(ConnectionTest, RefusesAWholeBundleForOneBadFlow) {
  std::vector<Flow> flows{forwarding(1), forwarding(2), forwarding(3)};
  flows[1].key.match = Match().set(Field::kTcpDst, 4242);  // prerequisites are missing
  auto applied = await(connection->apply(additions(flows)));
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::kProtocol);
  EXPECT_THAT(applied.error().message, HasSubstr("tp_dst=4242"));
  EXPECT_THAT(applied.error().message, HasSubstr("OFPET_BAD_MATCH"));
  EXPECT_TRUE(dump().empty());
}

TEST_F(ConnectionTest, RefusesAWholeBundleAtCommit) {
  std::vector<Flow> flows{forwarding(1), forwarding(2)};
  flows[1].actions = {Group{77}};  // no such group: found out at commit
  auto applied = await(connection->apply(additions(flows)));
  ASSERT_FALSE(applied);
  EXPECT_THAT(applied.error().message, HasSubstr("group:77"));
  EXPECT_TRUE(dump().empty());
}

TEST_F(ConnectionTest, DumpsWhatWasSentAsEqualValues) {
  std::mt19937 rng(7);
  auto flows = random_flows(rng, 2000);
  auto applied = await(connection->apply(additions(flows)));
  ASSERT_TRUE(applied) << applied.error().message;
  auto wanted = sorted(flows);
  auto dumped = dump();
  ASSERT_EQ(dumped.size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    ASSERT_TRUE(dumped[i] == wanted[i]) << to_text(wanted[i], true) << "\n" << to_text(dumped[i], true);
  }
}

TEST_F(ConnectionTest, TextIsWhatOvsOfctlPrintsAndReads) {
  std::mt19937 rng(11);
  auto flows = random_flows(rng, 500);
  auto applied = await(connection->apply(additions(flows)));
  ASSERT_TRUE(applied) << applied.error().message;
  std::vector<std::string> ours, theirs;
  std::ofstream file(real.directory() + "/flows");
  for (const Flow& flow : flows) {
    std::string table = flow.key.table ? "table=" + std::to_string(flow.key.table) + ", " : "";
    ours.push_back(to_text(flow, true));
    ours.back().insert(ours.back().find(", ") + 2, table);
    file << "table=" << int{flow.key.table} << "," << to_text(flow) << "\n";
  }
  file.close();
  std::istringstream lines(real.run("ovs-ofctl -O OpenFlow14 --no-stats --no-names dump-flows br-test"));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(" ")) theirs.push_back(line.substr(1));
  }
  std::sort(ours.begin(), ours.end());
  std::sort(theirs.begin(), theirs.end());
  ASSERT_EQ(ours.size(), theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) EXPECT_EQ(ours[i], theirs[i]);
  EXPECT_EQ(real.run("ovs-ofctl -O OpenFlow15 replace-flows br-test $OVS_RUNDIR/flows"), "");
}

TEST_F(ConnectionTest, BringsUpAPacketWithUserdata) {
  Flow flow{.key = {.table = 3, .priority = 10}, .cookie = 0xabcdef};
  flow.actions = {SetField{Field::kReg2, 0x1234, Bits::ones(32)}, Controller{.userdata = {1, 2, 3}}};
  ASSERT_TRUE(await(connection->apply(additions({flow}))));
  std::vector<std::uint8_t> frame(60, 0xee);
  connection->packet_out(frame, kPortController, {SetField{Field::kTunId, 42, Bits::ones(64)}, Resubmit{3}});
  run_until([this] { return !packets.empty(); });
  const PacketIn& packet = packets.front();
  EXPECT_EQ(packet.frame, frame);
  EXPECT_EQ(packet.userdata, (std::vector<std::uint8_t>{1, 2, 3}));
  EXPECT_EQ(packet.cookie, 0xabcdefu);
  EXPECT_EQ(packet.table, 3);
  ASSERT_TRUE(packet.metadata.find(Field::kReg2));
  EXPECT_EQ(packet.metadata.find(Field::kReg2)->value, Bits(0x1234));
  ASSERT_TRUE(packet.metadata.find(Field::kTunId));
  EXPECT_EQ(packet.metadata.find(Field::kTunId)->value, Bits(42));
}

TEST_F(ConnectionTest, BringsUpAPacketWithEveryRegister) {
  Flow flow{.key = {.table = 0, .priority = 10}};
  for (int i = 0; i < 16; ++i)
    flow.actions.push_back(SetField{reg(i), static_cast<std::uint64_t>(0x100 + i), Bits::ones(32)});
  flow.actions.push_back(Controller{.userdata = {2}});
  flow.key.match.set(Field::kEthType, 0xeeee);
  ASSERT_TRUE(await(connection->apply(additions({flow}))));
  real.add_port("br-test", "guest", 7);
  real.send("guest", std::vector<std::uint8_t>(1000, 0xee));
  run_until([this] { return !packets.empty(); });
  const PacketIn& packet = packets.front();
  EXPECT_EQ(packet.frame.size(), 1000u);
  EXPECT_EQ(packet.full_length, 1000u);
  EXPECT_EQ(packet.userdata, (std::vector<std::uint8_t>{2}));
  for (int i = 0; i < 16; ++i) {
    ASSERT_TRUE(packet.metadata.find(reg(i))) << i;
    EXPECT_EQ(packet.metadata.find(reg(i))->value, Bits(static_cast<std::uint64_t>(0x100 + i)));
  }
  ASSERT_TRUE(packet.metadata.find(Field::kInPort));
  EXPECT_EQ(packet.metadata.find(Field::kInPort)->value, Bits(7));
}

TEST_F(ConnectionTest, AMeterBoundsWhatAFlowSendsUp) {
  Flow flow{.key = {.table = 3, .priority = 10}};
  flow.actions = {Controller{.userdata = {1}, .meter_id = 1}};
  ASSERT_TRUE(await(connection->set_meters({{1, 1, 1000}})));
  EXPECT_TRUE(await(connection->set_meters({{1, 1, 10}}))) << "the meter is there already";
  EXPECT_THAT(real.run("ovs-ofctl -O OpenFlow14 dump-meters br-test"),
              testing::AllOf(HasSubstr("meter=1 pktps burst"), HasSubstr("rate=1 burst_size=10")));
  EXPECT_FALSE(await(connection->set_meters({{0, 1, 10}}))) << "0 is no meter";
  Flow unmetered = flow;
  unmetered.key.table = 4;
  unmetered.actions = {Controller{.userdata = {2}}};
  auto applied = await(connection->apply(additions({flow, unmetered})));
  ASSERT_TRUE(applied) << applied.error().message;
  std::vector<std::uint8_t> frame(60, 0xee);
  for (int i = 0; i < 200; ++i) connection->packet_out(frame, kPortController, {Resubmit{3}});
  for (int i = 0; i < 200; ++i) connection->packet_out(frame, kPortController, {Resubmit{4}});
  auto count = [this](std::uint8_t kind) {
    return std::count_if(packets.begin(), packets.end(),
                         [=](const PacketIn& p) { return p.userdata[0] == kind; });
  };
  run_until([&] { return count(2) == 200; });
  EXPECT_GE(count(1), 1);
  EXPECT_LE(count(1), 30);
  auto stats = await(connection->meter_stats());
  ASSERT_TRUE(stats) << stats.error().message;
  ASSERT_EQ(stats->size(), 1u);
  EXPECT_EQ(stats->front().id, 1u);
  EXPECT_EQ(stats->front().packets, 200u);
  EXPECT_EQ(stats->front().dropped, 200u - static_cast<std::uint64_t>(count(1)));
}

TEST_F(ConnectionTest, ManyMetersComeAndGoInOneRoundTrip) {
  std::vector<Meter> meters;
  std::vector<std::uint32_t> ids;
  for (std::uint32_t n = 0; n < 1000; ++n) {
    ids.push_back(0x10000 + n);
    meters.push_back({ids.back(), 20, 40});
  }
  EXPECT_TRUE(await(connection->set_meters(meters)));
  EXPECT_TRUE(await(connection->set_meters(meters))) << "they are there already";
  auto stats = await(connection->meter_stats());
  ASSERT_TRUE(stats) << stats.error().message;
  EXPECT_EQ(stats->size(), meters.size()) << "in several parts";
  const auto told = await(connection->meters());
  ASSERT_TRUE(told) << told.error().message;
  EXPECT_THAT(*told, testing::UnorderedElementsAreArray(meters));
  ids.pop_back();
  EXPECT_TRUE(await(connection->delete_meters(ids)));
  EXPECT_TRUE(await(connection->delete_meters(ids))) << "they are gone already";
  stats = await(connection->meter_stats());
  ASSERT_TRUE(stats) << stats.error().message;
  EXPECT_EQ(*stats, (std::vector<MeterStats>{{meters.back().id, 0, 0}}));
}

TEST_F(ConnectionTest, TellsFramesThatAreLargerThanASize) {
  constexpr SubField kLarge{Field::kReg4, 4, 1};
  Flow check{.key = {.table = 3, .priority = 10}};
  check.actions = {CheckPktLarger{1464, kLarge}, Resubmit{4}};
  Flow large{.key = {.table = 4, .priority = 10}};
  large.key.match.set_bits(Field::kReg4, 4, 1, 1);
  large.actions = {Controller{.userdata = {1}}};
  Flow other{.key = {.table = 4, .priority = 5}};
  other.actions = {Controller{.userdata = {2}}};
  auto applied = await(connection->apply(additions({check, large, other})));
  ASSERT_TRUE(applied) << applied.error().message;
  for (std::size_t size : {1464, 1465})
    connection->packet_out(std::vector<std::uint8_t>(size, 0xee), kPortController, {Resubmit{3}});
  run_until([&] { return packets.size() == 2; });
  for (const PacketIn& packet : packets) EXPECT_EQ(packet.userdata[0], packet.frame.size() > 1464 ? 1 : 2);
}

TEST_F(ConnectionTest, DumpsAndForgetsByOneBitOfTheCookie) {
  constexpr std::uint64_t kBit = 1ULL << 63;
  std::vector<Flow> flows{forwarding(1), forwarding(2), forwarding(3)};
  flows[0].cookie |= kBit;
  flows[1].cookie |= kBit;
  flows[1].key.table = 6;
  ASSERT_TRUE(await(connection->apply(additions(flows))));
  auto marked = await(connection->dump_flows(0xff, kBit, kBit));
  ASSERT_TRUE(marked);
  EXPECT_EQ(flows_of(*marked), (std::vector<Flow>{flows[0], flows[1]}));

  FlowMod forget{.command = FlowMod::Command::kDelete, .cookie_mask = kBit};
  forget.flow.cookie = kBit;
  forget.flow.key.table = 5;
  Flow added = forwarding(4);
  ASSERT_TRUE(await(connection->apply({forget, {FlowMod::Command::kAdd, added}})));
  EXPECT_EQ(dump(), (std::vector<Flow>{flows[2], added, flows[1]}));
}

TEST_F(ConnectionTest, TheSwitchLearnsFlowsWithinTheirLimit) {
  real.add_port("br-test", "guest", 7);
  Flow learning{.key = {.table = 0, .priority = 10}, .cookie = 1};
  Learn learn{.table = 10, .priority = 100, .cookie = 77, .limit = 2, .result = SubField{Field::kReg6, 5, 1}};
  learn.match = {{{Field::kReg0, 0, 28}, {Field::kReg0, 0, 28}},
                 {{Field::kEthSrc, 0, 48}, {Field::kEthDst, 0, 48}}};
  learn.copies = {{{Field::kInPort, 0, 16}, {Field::kReg1, 0, 16}}};
  learn.loads = {{{Field::kReg4, 0, 2}, 1}};
  learning.key.match.set(Field::kEthType, 0x0800);
  // The controller hears of each packet after the switch has learned from it.
  learning.actions = {SetField{Field::kReg0, 5, Bits::ones(32)}, learn, Controller{.userdata = {1}}};
  ASSERT_TRUE(await(connection->apply(additions({learning}))));
  real.add_port("br-test", "other", 8);
  auto announce = [this](std::uint64_t host, const char* port) {
    net::UdpEndpoint source{MacAddress::from_u64(host), IpAddress::v4(0x0a000001), 1000};
    net::UdpEndpoint destination{MacAddress::from_u64(9), IpAddress::v4(0x0a000002), 2000};
    real.send(port, net::build_udp(source, destination, {}));
    run_until([&, heard = packets.size()] { return packets.size() > heard; });
  };
  announce(1, "other");
  announce(1, "guest");
  announce(2, "guest");
  announce(3, "guest");
  announce(1, "other");
  Flow wanted{.key = {.table = 10, .priority = 100}, .cookie = 77};
  wanted.key.match.set_bits(Field::kReg0, 0, 28, 5).set(Field::kEthDst, 1);
  wanted.actions = {SetField{Field::kReg1, 7, 0xffff}, SetField{Field::kReg4, 1, 3}};
  Flow second = wanted;
  second.key.match.set(Field::kEthDst, 2);
  EXPECT_EQ(dump(10), (std::vector<Flow>{wanted, second}))
      << "at the limit, nothing is added and nothing moves";
}

TEST_F(ConnectionTest, FlushesOneZone) {
  Flow commit{.key = {.table = 0, .priority = 10}};
  commit.key.match.set(Field::kEthType, 0x0800);
  commit.actions = {ConnTrack{.commit = true, .zone = 7}, ConnTrack{.commit = true, .zone = 8}};
  ASSERT_TRUE(await(connection->apply(additions({commit}))));
  net::UdpEndpoint source{MacAddress::from_u64(1), IpAddress::v4(0x0a000001), 1000};
  net::UdpEndpoint destination{MacAddress::from_u64(2), IpAddress::v4(0x0a000002), 2000};
  std::vector<std::uint8_t> payload(8);
  connection->packet_out(net::build_udp(source, destination, payload), kPortController, {Resubmit{0}});
  std::string entries;
  run_until([&] {
    entries = real.run("ovs-appctl dpctl/dump-conntrack");
    return entries.find("zone=7") != std::string::npos && entries.find("zone=8") != std::string::npos;
  });
  ASSERT_TRUE(await(connection->flush_zone(7)));
  entries = real.run("ovs-appctl dpctl/dump-conntrack");
  EXPECT_EQ(entries.find("zone=7"), std::string::npos) << entries;
  EXPECT_NE(entries.find("zone=8"), std::string::npos) << entries;
}

TEST_F(ConnectionTest, ComesBackAfterTheSwitchRestarts) {
  auto datapath_id = connection->datapath_id();
  EXPECT_NE(datapath_id, 0u);
  std::shared_ptr<Connection> old = connection;
  real.kill_vswitchd();
  run_until([this] { return connection == nullptr; });
  auto applied = await(old->apply(additions({forwarding(1)})));
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::kUnavailable);
  real.start_vswitchd();
  run_until([this] { return connection != nullptr; });
  EXPECT_EQ(connection->datapath_id(), datapath_id);
  EXPECT_TRUE(await(connection->barrier()));
}

}  // namespace
}  // namespace weft::openflow
