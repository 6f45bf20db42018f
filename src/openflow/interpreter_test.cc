#include "openflow/interpreter.h"

#include <gtest/gtest.h>

namespace weft::openflow {
namespace {

Flow flow(std::uint8_t table, std::uint16_t priority, Match match, std::vector<Action> actions) {
  return {{table, priority, std::move(match)}, 0, std::move(actions)};
}

IpAddress ip(const char* text) {
  return *IpAddress::parse(text);
}

Packet tcp(const char* source, const char* destination, std::uint64_t source_port,
           std::uint64_t destination_port) {
  return {{Field::kInPort, 1},
          {Field::kEthType, 0x0800},
          {Field::kIpProto, 6},
          {Field::kIpv4Src, ip(source)},
          {Field::kIpv4Dst, ip(destination)},
          {Field::kTcpSrc, source_port},
          {Field::kTcpDst, destination_port}};
}

Outcome run(const std::vector<Flow>& flows, const Packet& packet) {
  static std::vector<std::unique_ptr<Interpreter>> keep;  // outcomes point into it
  ConnectionTable connections;
  keep.push_back(std::make_unique<Interpreter>(flows));
  return keep.back()->run(packet, connections);
}

TEST(Interpreter, TheHighestPriorityWins) {
  auto outcome = run({flow(0, 1, {}, {Output{2}}), flow(0, 9, Match().set(Field::kInPort, 1), {Output{3}})},
                     tcp("10.0.0.1", "10.0.0.2", 1, 80));
  EXPECT_TRUE(outcome.reached(3));
  EXPECT_FALSE(outcome.reached(2));
}

TEST(Interpreter, NoFlowOrNoActionDrops) {
  EXPECT_TRUE(run({}, tcp("10.0.0.1", "10.0.0.2", 1, 80)).sent.empty());
  EXPECT_TRUE(run({flow(0, 1, {}, {})}, tcp("10.0.0.1", "10.0.0.2", 1, 80)).sent.empty());
}

TEST(Interpreter, NothingGoesBackOutOfTheIngressPortUnlessAskedTo) {
  Packet packet = tcp("10.0.0.1", "10.0.0.2", 1, 80);
  EXPECT_TRUE(run({flow(0, 1, {}, {Output{1}})}, packet).sent.empty());
  EXPECT_TRUE(run({flow(0, 1, {}, {Output{kPortInPort}})}, packet).reached(1));
}

TEST(Interpreter, ResubmitComesBackWithTheRegistersThatWereSet) {
  SetField mark{Field::kReg1, 5, Bits::ones(32)};
  auto outcome = run({flow(0, 1, {}, {Resubmit{1}, Resubmit{2}}), flow(1, 1, {}, {mark}),
                      flow(2, 1, Match().set(Field::kReg1, 5), {Output{7}})},
                     tcp("10.0.0.1", "10.0.0.2", 1, 80));
  EXPECT_TRUE(outcome.reached(7));
}

TEST(Interpreter, AConjunctionNeedsAllItsClauses) {
  auto type = Match().set(Field::kEthType, 0x0800);
  auto source = type, port = type;
  source.set(Field::kIpv4Src, ip("10.0.0.1"));
  port.set(Field::kIpProto, 6).set(Field::kTcpDst, 80);
  std::vector<Flow> flows = {
      flow(0, 5, source, {Conjunction{7, 1, 2}}), flow(0, 5, port, {Conjunction{7, 2, 2}}),
      flow(0, 5, Match().set(Field::kConjId, 7), {Output{2}}), flow(0, 1, {}, {Output{3}})};
  EXPECT_TRUE(run(flows, tcp("10.0.0.1", "10.0.0.2", 1, 80)).reached(2));
  EXPECT_TRUE(run(flows, tcp("10.0.0.9", "10.0.0.2", 1, 80)).reached(3));
  EXPECT_TRUE(run(flows, tcp("10.0.0.1", "10.0.0.2", 1, 81)).reached(3));
}

TEST(Interpreter, AnAnswerToACommittedConnectionIsEstablishedInItsZoneOnly) {
  std::vector<Flow> flows = {
      flow(0, 1, Match().set(Field::kEthType, 0x0800), {ConnTrack{.zone = 4, .recirc_table = 1}}),
      flow(1, 9, Match().set_masked(Field::kCtState, kCtNew, kCtNew),
           {ConnTrack{.commit = true, .zone = 4}, Output{2}}),
      flow(1, 9, Match().set_masked(Field::kCtState, kCtEstablished | kCtReply, kCtEstablished | kCtReply),
           {Output{3}})};
  Interpreter interpreter(flows);
  ConnectionTable connections;
  EXPECT_TRUE(interpreter.run(tcp("10.0.0.1", "10.0.0.2", 1000, 80), connections).reached(2));
  EXPECT_TRUE(interpreter.run(tcp("10.0.0.2", "10.0.0.1", 80, 1000), connections).reached(3));
  EXPECT_EQ(connections.track(5, tcp("10.0.0.2", "10.0.0.1", 80, 1000)).state, kCtTracked | kCtNew);
  connections.flush(4);
  EXPECT_TRUE(interpreter.run(tcp("10.0.0.2", "10.0.0.1", 80, 1000), connections).reached(2));
}

TEST(Interpreter, MoveCopiesBitsBetweenFields) {
  Move move{{Field::kReg1, 8, 8}, {Field::kReg2, 0, 8}};
  SetField load{Field::kReg1, 0xab00, Bits::ones(32)};
  auto outcome = run({flow(0, 1, {}, {load, move, OutputField{{Field::kReg2, 0, 16}}})},
                     tcp("10.0.0.1", "10.0.0.2", 1, 2));
  EXPECT_TRUE(outcome.reached(0xab));
}

TEST(Interpreter, ALoopIsReported) {
  EXPECT_TRUE(run({flow(0, 1, {}, {Resubmit{0}})}, tcp("10.0.0.1", "10.0.0.2", 1, 80)).too_deep);
}

}  // namespace
}  // namespace weft::openflow
