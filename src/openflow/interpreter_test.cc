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

TEST(Interpreter, AFrameIsLargerThanASizeOnlyBeyondIt) {
  const SubField large{Field::kReg4, 4, 1};
  const Interpreter interpreter(
      {flow(0, 1, {},
            {SetField{Field::kReg4, 0x30, Bits::ones(32)}, CheckPktLarger{1464, large}, Resubmit{1}}),
       flow(1, 2, Match().set_bits(Field::kReg4, 4, 2, 3), {Output{5}}), flow(1, 1, {}, {Output{6}})});
  auto goes_to = [&](std::uint32_t port, std::size_t size) {
    ConnectionTable connections;
    LearnedFlows learned;
    return interpreter.run(tcp("10.0.0.1", "10.0.0.2", 1, 80), connections, learned, {.size = size})
        .reached(port);
  };
  EXPECT_TRUE(goes_to(5, 1465));
  EXPECT_TRUE(goes_to(6, 1464));
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

class TrackedPackets : public testing::Test {
 protected:
  /// What table 1 sees of a packet.
  Packet see(const Packet& packet, const TrackerView& view = {}) {
    const std::vector<Flow> flows{flow(0, 1, {}, {ConnTrack{.zone = 4, .recirc_table = 1}}),
                                  flow(1, 1, {}, {Output{2}})};
    return Interpreter(flows).run(packet, connections, learned, view).sent.at(0).packet;
  }
  void open(const Packet& packet) { connections.track(4, packet, {}, ConnectionTable::Commit::kYes); }
  std::uint64_t state(const Packet& packet, const TrackerView& view = {}) {
    return see(packet, view).at(Field::kCtState).lo & ~kCtTracked;
  }

  ConnectionTable connections;
  LearnedFlows learned;
};

Packet icmp(const char* source, const char* destination, std::uint64_t type) {
  return {{Field::kInPort, 1},           {Field::kEthType, 0x0800},          {Field::kIpProto, 1},
          {Field::kIpv4Src, ip(source)}, {Field::kIpv4Dst, ip(destination)}, {Field::kIcmpType, type},
          {Field::kIcmpCode, 0}};
}

TEST_F(TrackedPackets, ShowTheTupleOfTheOpenerInBothDirections) {
  open(tcp("10.0.0.1", "10.0.0.2", 1000, 80));
  for (const Packet& packet :
       {see(tcp("10.0.0.1", "10.0.0.2", 1000, 80)), see(tcp("10.0.0.2", "10.0.0.1", 80, 1000))}) {
    EXPECT_EQ(packet.at(Field::kCtIpv4Src), Bits(ip("10.0.0.1")));
    EXPECT_EQ(packet.at(Field::kCtIpv4Dst), Bits(ip("10.0.0.2")));
    EXPECT_EQ(packet.at(Field::kCtIpProto), Bits(6));
    EXPECT_EQ(packet.at(Field::kCtTpSrc), Bits(1000));
    EXPECT_EQ(packet.at(Field::kCtTpDst), Bits(80));
  }
  EXPECT_EQ(state(tcp("10.0.0.2", "10.0.0.1", 80, 1000)), kCtEstablished | kCtReply);
}

TEST_F(TrackedPackets, ANewOneShowsItsOwnTupleAndAnInvalidOneNone) {
  EXPECT_EQ(see(tcp("10.0.0.1", "10.0.0.2", 1000, 80)).at(Field::kCtIpv4Src), Bits(ip("10.0.0.1")));
  EXPECT_FALSE(see(icmp("10.0.0.1", "10.0.0.2", 9)).contains(Field::kCtIpv4Src));
}

TEST_F(TrackedPackets, OnlyQueriesOfIcmpOpenConnectionsAndOnlyTheirAnswersAreReplies) {
  for (std::uint64_t type : {0, 3, 9, 10, 14, 16, 17})
    EXPECT_EQ(state(icmp("10.0.0.2", "10.0.0.1", type)), kCtInvalid);
  for (std::uint64_t type : {8, 13, 15}) {
    EXPECT_EQ(state(icmp("10.0.0.1", "10.0.0.2", type)), kCtNew);
    open(icmp("10.0.0.1", "10.0.0.2", type));
  }
  for (std::uint64_t type : {0, 14, 16})
    EXPECT_EQ(state(icmp("10.0.0.2", "10.0.0.1", type)), kCtEstablished | kCtReply);
  EXPECT_EQ(state(icmp("10.0.0.1", "10.0.0.2", 0)), kCtInvalid);
}

TEST_F(TrackedPackets, AnErrorIsRelatedToTheConnectionThatItQuotes) {
  Packet request = tcp("10.0.0.1", "10.0.0.2", 1000, 80), reply = tcp("10.0.0.2", "10.0.0.1", 80, 1000);
  Packet to_opener = icmp("10.0.0.9", "10.0.0.1", 3), to_other = icmp("10.0.0.1", "10.0.0.2", 11);
  EXPECT_EQ(state(to_opener, {.quoted = request}), kCtInvalid) << "of no connection yet";
  open(request);
  EXPECT_EQ(state(to_opener, {.quoted = request}), kCtRelated | kCtReply);
  EXPECT_EQ(see(to_opener, {.quoted = request}).at(Field::kCtTpDst), Bits(80));
  EXPECT_EQ(state(to_other, {.quoted = reply}), kCtRelated);
  EXPECT_EQ(state(to_other, {.quoted = request}), kCtInvalid) << "not to the sender of what it quotes";
  EXPECT_EQ(state(to_opener), kCtInvalid) << "quotes nothing";
}

TEST_F(TrackedPackets, ALaterFragmentBelongsToItsWholeAndShowsNoPorts) {
  Packet whole = tcp("10.0.0.1", "10.0.0.2", 1000, 80);
  open(whole);
  Packet later = tcp("10.0.0.1", "10.0.0.2", 0, 0);
  later[Field::kIpFrag] = 3;
  EXPECT_EQ(state(later, {.whole = whole}), kCtEstablished);
  EXPECT_EQ(see(later, {.whole = whole}).at(Field::kCtTpDst), Bits(0));
  EXPECT_EQ(see(later, {.whole = whole}).at(Field::kCtIpProto), Bits(6));
}

TEST_F(TrackedPackets, SctpHasNoPortsInItsTuple) {
  Packet packet = tcp("10.0.0.1", "10.0.0.2", 0, 0);
  packet[Field::kIpProto] = 132;
  packet[Field::kSctpDst] = 80;
  open(packet);
  packet[Field::kSctpDst] = 81;
  packet[Field::kIpv4Src] = ip("10.0.0.2"), packet[Field::kIpv4Dst] = ip("10.0.0.1");
  EXPECT_EQ(state(packet), kCtEstablished | kCtReply);
  EXPECT_EQ(see(packet).at(Field::kCtTpDst), Bits(0));
}

TEST_F(TrackedPackets, AForcedCommitTurnsTheConnectionRound) {
  open(tcp("10.0.0.1", "10.0.0.2", 1000, 80));
  connections.track(4, tcp("10.0.0.2", "10.0.0.1", 80, 1000), {}, ConnectionTable::Commit::kForce);
  EXPECT_EQ(see(tcp("10.0.0.1", "10.0.0.2", 1000, 80)).at(Field::kCtIpv4Src), Bits(ip("10.0.0.2")));
}

TEST_F(TrackedPackets, AConnectionIsNewUntilItIsAnswered) {
  Packet syn = tcp("10.0.0.1", "10.0.0.2", 1000, 80), syn_ack = tcp("10.0.0.2", "10.0.0.1", 80, 1000);
  syn[Field::kTcpFlags] = 0x02, syn_ack[Field::kTcpFlags] = 0x12;
  EXPECT_EQ(state(syn_ack), kCtInvalid) << "opens nothing";
  open(syn);
  EXPECT_EQ(state(syn), kCtNew);
  Packet syn_back = syn_ack;
  syn_back[Field::kTcpFlags] = 0x02;
  EXPECT_EQ(state(syn_back), kCtNew) << "a simultaneous open";
  EXPECT_EQ(state(syn_ack), kCtEstablished | kCtReply);
  EXPECT_EQ(state(syn), kCtEstablished);
  open(icmp("10.0.0.1", "10.0.0.2", 8));
  EXPECT_EQ(state(icmp("10.0.0.1", "10.0.0.2", 8)), kCtNew);
  state(icmp("10.0.0.2", "10.0.0.1", 0));
  EXPECT_EQ(state(icmp("10.0.0.1", "10.0.0.2", 8)), kCtEstablished);
}

TEST_F(TrackedPackets, AreUntrackedAfterCtWithoutATable) {
  auto untracked = Match().set_masked(Field::kCtState, 0, kCtTracked);
  const std::vector<Flow> flows{flow(0, 1, {}, {ConnTrack{.zone = 4, .recirc_table = 1}}),
                                flow(1, 1, {}, {ConnTrack{.commit = true, .zone = 4}, Resubmit{2}}),
                                flow(2, 1, untracked, {Output{3}})};
  EXPECT_TRUE(Interpreter(flows).run(tcp("10.0.0.1", "10.0.0.2", 1, 2), connections).reached(3));
}

/// Learns where a MAC is, and sends to learned places.
std::vector<Flow> learning_flows() {
  Learn learn{.table = 2, .priority = 5, .cookie = 7, .limit = 2};
  learn.match = {{{Field::kReg0, 0, 16}, {Field::kReg0, 0, 16}},
                 {{Field::kEthSrc, 0, 48}, {Field::kEthDst, 0, 48}}};
  learn.copies = {{{Field::kInPort, 0, 16}, {Field::kReg1, 0, 16}}};
  learn.loads = {{{Field::kReg2, 4, 4}, 3}};
  return {flow(0, 1, {}, {SetField{Field::kReg0, 5, Bits::ones(32)}, Resubmit{2}, Resubmit{3}, learn}),
          flow(3, 1, Match().set_bits(Field::kReg2, 4, 4, 3), {OutputField{{Field::kReg1, 0, 16}}})};
}

Packet ethernet(std::uint64_t source, std::uint64_t destination, std::uint64_t port) {
  return {{Field::kInPort, port}, {Field::kEthSrc, source}, {Field::kEthDst, destination}};
}

TEST(LearnedFlows, AreSeenByLaterPackets) {
  Interpreter interpreter(learning_flows());
  ConnectionTable connections;
  LearnedFlows learned;
  EXPECT_TRUE(interpreter.run(ethernet(1, 1, 9), connections, learned).sent.empty()) << "not by the same";
  EXPECT_TRUE(interpreter.run(ethernet(2, 1, 8), connections, learned).reached(9));
  EXPECT_TRUE(interpreter.run(ethernet(3, 2, 9), connections, learned).reached(8));
  EXPECT_TRUE(interpreter.run(ethernet(2, 3, 8), connections, learned).sent.empty()) << "beyond the limit";
  EXPECT_EQ(to_text(learned.flows().begin()->second, true),
            "cookie=0x7, priority=5,reg0=0x5/0xffff,dl_dst=00:00:00:00:00:01 "
            "actions=set_field:0x9/0xffff->reg1,set_field:0x30/0xf0->reg2");
  learned.forget(7);
  EXPECT_TRUE(interpreter.run(ethernet(3, 2, 9), connections, learned).sent.empty());
}

TEST(LearnedFlows, TellWhetherThereWasRoom) {
  Learn learn{.table = 2, .priority = 5, .cookie = 7, .limit = 1, .result = SubField{Field::kReg4, 2, 1}};
  learn.match = {{{Field::kEthSrc, 0, 48}, {Field::kEthDst, 0, 48}}};
  Interpreter interpreter({flow(0, 1, {}, {learn, Resubmit{1}}),
                           flow(1, 1, Match().set_bits(Field::kReg4, 2, 1, 1), {Output{9}})});
  ConnectionTable connections;
  LearnedFlows learned;
  EXPECT_TRUE(interpreter.run(ethernet(1, 2, 8), connections, learned).reached(9));
  EXPECT_FALSE(interpreter.run(ethernet(2, 1, 8), connections, learned).reached(9));
}

TEST(LearnedFlows, MoveToWhereTheyWereLearnedLast) {
  Interpreter interpreter(learning_flows());
  ConnectionTable connections;
  LearnedFlows learned;
  interpreter.run(ethernet(1, 9, 9), connections, learned);
  interpreter.run(ethernet(1, 9, 8), connections, learned);
  EXPECT_TRUE(interpreter.run(ethernet(2, 1, 7), connections, learned).reached(8));
  EXPECT_EQ(learned.flows().size(), 2u);
}

TEST(LearnedFlows, CompeteWithGivenOnesByPriority) {
  LearnedFlows learned;
  ConnectionTable connections;
  learned.learn(flow(0, 5, {}, {Output{5}}), 0);
  EXPECT_TRUE(
      Interpreter({flow(0, 4, {}, {Output{4}})}).run(ethernet(1, 2, 1), connections, learned).reached(5));
  EXPECT_TRUE(
      Interpreter({flow(0, 6, {}, {Output{6}})}).run(ethernet(1, 2, 1), connections, learned).reached(6));
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
