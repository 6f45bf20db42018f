#include "openflow/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weft::openflow {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class SessionTest : public testing::Test {
 protected:
  SessionTest()
      : session({.ready = [this](std::uint64_t id) { datapath_id = id; }, .packet_in = [](PacketIn) {}}) {
    Bytes hello, features;
    encode_hello(hello, 1);
    encode_empty(features, MessageType::kFeaturesReply, 2);
    features.resize(32);
    features[3] = 32;
    features[15] = 0x42;
    EXPECT_TRUE(session.receive(hello));
    EXPECT_TRUE(session.receive(features));
    session.take_output();
  }

  /// (type, xid) of every message in the output.
  std::vector<std::pair<int, std::uint32_t>> sent() {
    std::vector<std::pair<int, std::uint32_t>> out;
    Bytes bytes = session.take_output();
    ByteView rest = bytes;
    while (!rest.empty()) {
      Header header = **peek_header(rest);
      out.emplace_back(static_cast<int>(header.type), header.xid);
      rest = rest.subspan(header.length);
    }
    return out;
  }

  void answer(BundleControl type, std::uint32_t xid) {
    Bytes bytes;
    encode_bundle_control(bytes, xid, 1, type);
    EXPECT_TRUE(session.receive(bytes));
  }
  void refuse(std::uint32_t xid) {
    Bytes bytes{5, 1, 0, 12, 0, 0, 0, static_cast<std::uint8_t>(xid), 0, 4, 0, 9};
    EXPECT_TRUE(session.receive(bytes));
  }

  std::vector<FlowMod> two_flows() {
    FlowMod first, second;
    second.flow.key.priority = 2;
    return {first, second};
  }

  std::uint64_t datapath_id = 0;
  Session session;
};

TEST_F(SessionTest, LearnsTheDatapathId) {
  EXPECT_EQ(datapath_id, 0x42u);
}

TEST_F(SessionTest, CommitsOnlyWhenEveryChangeIsAccepted) {
  std::optional<Result<void>> done;
  session.apply(two_flows(), [&](Result<void> r) { done = std::move(r); });
  auto messages = sent();
  ASSERT_EQ(messages.size(), 4u);  // open, two changes, close
  std::uint32_t close = messages.back().second;
  answer(BundleControl::kCloseReply, close);
  EXPECT_FALSE(done);
  auto commit = sent();
  ASSERT_EQ(commit.size(), 1u);
  answer(BundleControl::kCommitReply, commit[0].second);
  ASSERT_TRUE(done);
  EXPECT_TRUE(*done);
}

TEST_F(SessionTest, NamesTheRefusedFlow) {
  std::optional<Result<void>> done;
  session.apply(two_flows(), [&](Result<void> r) { done = std::move(r); });
  auto messages = sent();
  refuse(messages[2].second);
  answer(BundleControl::kCloseReply, messages[3].second);
  ASSERT_TRUE(done);
  ASSERT_FALSE(*done);
  EXPECT_THAT(done->error().message, HasSubstr("OFPET_BAD_MATCH code 9 for table=0, cookie=0x0, priority=2"));
}

TEST_F(SessionTest, FindsAnswersOfInterleavedRequests) {
  std::vector<int> order;
  session.apply(two_flows(), [&](Result<void>) { order.push_back(1); });
  session.barrier([&](Result<void>) { order.push_back(2); });
  auto messages = sent();
  answer(BundleControl::kCloseReply, messages[3].second);
  std::uint32_t commit = sent()[0].second;
  Bytes barrier;
  encode_empty(barrier, MessageType::kBarrierReply, messages[4].second);
  EXPECT_TRUE(session.receive(barrier));
  answer(BundleControl::kCommitReply, commit);
  EXPECT_THAT(order, ElementsAre(2, 1));
}

TEST_F(SessionTest, AMeterThatExistsIsChanged) {
  std::optional<Result<void>> done;
  session.set_meters({{1, 100, 10}}, [&](Result<void> r) { done = std::move(r); });
  auto messages = sent();
  ASSERT_EQ(messages.size(), 3u);  // add, modify, barrier
  refuse(messages[0].second);
  EXPECT_FALSE(done);
  Bytes barrier;
  encode_empty(barrier, MessageType::kBarrierReply, messages[2].second);
  EXPECT_TRUE(session.receive(barrier));
  ASSERT_TRUE(done);
  EXPECT_TRUE(*done);
}

TEST_F(SessionTest, AMeterThatCanBeNeitherAddedNorChangedFails) {
  std::optional<Result<void>> done;
  session.set_meters({{1, 100, 10}}, [&](Result<void> r) { done = std::move(r); });
  auto messages = sent();
  refuse(messages[0].second);
  refuse(messages[1].second);
  ASSERT_TRUE(done);
  EXPECT_FALSE(*done);
}

TEST_F(SessionTest, CollectsMeterStatisticsFromAllTheirParts) {
  std::optional<Result<std::vector<MeterStats>>> done;
  session.meter_stats([&](auto r) { done = std::move(r); });
  const std::uint32_t xid = sent().at(0).second;
  auto part = [&](std::uint8_t meter, bool more) {
    Bytes bytes{5, 19, 0, 72,
                0, 0,  0, static_cast<std::uint8_t>(xid),
                0, 9,  0, more ? std::uint8_t{1} : std::uint8_t{0}};
    Writer w(bytes);
    w.zeros(4);
    w.u32(meter);
    w.u16(56);
    w.zeros(10);
    w.u64(1000);  // packets
    w.zeros(16);
    w.u64(900);  // kept back by the one band
    w.zeros(8);
    EXPECT_TRUE(session.receive(bytes));
  };
  part(7, true);
  EXPECT_FALSE(done);
  part(8, false);
  ASSERT_TRUE(done && *done);
  EXPECT_THAT(**done, ElementsAre(MeterStats{7, 1000, 900}, MeterStats{8, 1000, 900}));
}

TEST_F(SessionTest, MeterStatisticsOfAWrongLengthEndTheConversation) {
  session.meter_stats([](auto) {});
  Bytes bytes{5, 19, 0, 56, 0, 0, 0, static_cast<std::uint8_t>(sent().at(0).second), 0, 9, 0, 0};
  Writer w(bytes);
  w.zeros(8);
  w.u16(39);
  w.zeros(34);
  EXPECT_FALSE(session.receive(bytes));
}

/// A reply with one meter, whose band is of this type.
Bytes meter_configuration(std::uint32_t xid, std::uint16_t length, std::uint16_t flags, std::uint16_t band) {
  Bytes bytes{5, 19, 0, 40, 0, 0, 0, static_cast<std::uint8_t>(xid), 0, 10, 0, 0};
  Writer w(bytes);
  w.zeros(4);
  w.u16(length);
  w.u16(flags);
  w.u32(7);
  w.u16(band);
  w.u16(16);
  w.u32(100);
  w.u32(200);
  w.zeros(4);
  return bytes;
}

TEST_F(SessionTest, TellsHowMetersWereSet) {
  constexpr std::uint16_t kPackets = 2, kBurst = 4, kDrop = 1, kRemark = 2;
  auto told = [this](std::uint16_t flags, std::uint16_t band) {
    std::vector<Meter> meters;
    session.meters([&](auto r) { meters = std::move(r.value()); });
    EXPECT_TRUE(session.receive(meter_configuration(sent().at(0).second, 24, flags, band)));
    return meters;
  };
  EXPECT_THAT(told(kPackets | kBurst, kDrop), ElementsAre(Meter{7, 100, 200}));
  EXPECT_THAT(told(kBurst, kDrop), ElementsAre(Meter{7, 0, 0})) << "kilobits";
  EXPECT_THAT(told(kPackets | kBurst, kRemark), ElementsAre(Meter{7, 0, 0}));
}

TEST_F(SessionTest, ATruncatedMeterConfigurationEndsTheConversation) {
  session.meters([](auto) {});
  EXPECT_FALSE(session.receive(meter_configuration(sent().at(0).second, 25, 6, 1)));
}

TEST_F(SessionTest, AnswersEchoWithItsPayload) {
  Bytes echo{5, 2, 0, 10, 0, 0, 0, 9, 0xaa, 0xbb};
  EXPECT_TRUE(session.receive(ByteView(echo).first(4)));  // in pieces
  EXPECT_TRUE(session.receive(ByteView(echo).subspan(4)));
  Bytes reply = echo;
  reply[1] = 3;
  EXPECT_EQ(session.take_output(), reply);
}

TEST_F(SessionTest, EndsWhatWaitsWhenTheConnectionIsLost) {
  std::optional<Result<void>> done;
  session.barrier([&](Result<void> r) { done = std::move(r); });
  session.fail({Errc::kUnavailable, "gone"});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->error().code, Errc::kUnavailable);
}

TEST_F(SessionTest, RefusesAnotherVersion) {
  EXPECT_FALSE(session.receive(Bytes{4, 2, 0, 8, 0, 0, 0, 1}));
}

}  // namespace
}  // namespace weft::openflow
