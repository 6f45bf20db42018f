#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openflow/action_codec.h"
#include "openflow/match_codec.h"
#include "openflow/message_codec.h"
#include "openflow/random_flows.h"

namespace weft::openflow {
namespace {

TEST(MatchCodec, DecodesWhatItEncodes) {
  std::mt19937 rng(3);
  for (const Flow& flow : random_flows(rng, 2000)) {
    Bytes bytes;
    Writer out(bytes);
    encode_match(out, flow.key.match);
    EXPECT_EQ(bytes.size() % 8, 0u);
    Reader in(bytes);
    auto match = decode_match(in);
    ASSERT_TRUE(match) << to_text(flow);
    EXPECT_TRUE(in.at_end());
    EXPECT_TRUE(*match == flow.key.match) << to_text(flow) << "\n" << to_text(*match);
  }
}

TEST(ActionCodec, DecodesWhatItEncodes) {
  std::mt19937 rng(4);
  auto flows = random_flows(rng, 2000);
  // What a switch takes only when a meter, a group or a tag is there.
  flows[0].actions = {Group{7}, Controller{.userdata = {9}, .meter_id = 5}, PushVlan{}, PopVlan{}};
  for (const Flow& flow : flows) {
    Bytes bytes;
    Writer out(bytes);
    encode_actions(out, flow.actions);
    EXPECT_EQ(bytes.size() % 8, 0u);
    auto actions = decode_actions(bytes);
    ASSERT_TRUE(actions) << to_text(flow);
    EXPECT_TRUE(*actions == flow.actions) << to_text(flow) << "\n" << to_text(*actions);
  }
}

TEST(ActionCodec, LearnsInNicirasLayout) {
  Learn learn{.table = 10, .priority = 100, .idle_timeout = 300, .cookie = 0xab, .limit = 20};
  learn.match = {{{Field::kReg0, 0, 28}, {Field::kReg1, 4, 28}}};
  learn.copies = {{{Field::kInPort, 0, 16}, {Field::kReg1, 0, 16}}};
  learn.loads = {{{Field::kReg4, 1, 2}, 3}};
  Bytes bytes;
  Writer out(bytes);
  encode_actions(out, {learn});
  EXPECT_EQ(bytes, (Bytes{0xff, 0xff, 0x00, 0x50, 0x00, 0x00, 0x23, 0x20, 0x00, 45,  // NXAST_LEARN2
                          0x01, 0x2c, 0x00, 0x00, 0x00, 100,                         // timeouts, priority
                          0,    0,    0,    0,    0,    0,    0,    0xab,            // cookie
                          0,    0,    10,   0,    0,    0,    0,    0,               // flags, table
                          0,    0,    0,    20,   0,    0,    0,    0,               // limit
                          0x00, 28,   0x00, 0x01, 0x00, 0x04, 0,    0,               // 28 bits of reg0,
                          0x00, 0x01, 0x02, 0x04, 0,    4,                           // matched by reg1
                          0x08, 16,   0x00, 0x00, 0x00, 0x02, 0,    0,               // in_port,
                          0x00, 0x01, 0x02, 0x04, 0,    0,                           // loaded to reg1
                          0x28, 2,    0,    3,    0x00, 0x01, 0x08, 0x04, 0,    1,  0, 0}));  // 3 to reg4
}

TEST(ActionCodec, TheResultOfLearningIsOneBit) {
  Learn learn{.table = 10, .limit = 20, .result = SubField{Field::kReg4, 2, 1}};
  Bytes bytes;
  Writer out(bytes);
  encode_actions(out, {learn});
  EXPECT_EQ(Bytes(bytes.begin() + 24, bytes.end()), (Bytes{0, 4, 10, 0,  0, 0, 0, 0,     // flags, table
                                                           0, 0, 0,  20, 0, 2, 0, 0,     // limit, bit 2
                                                           0, 1, 8,  4,  0, 0, 0, 0}));  // of reg4
}

TEST(ActionCodec, ComparesSizesInNicirasLayout) {
  const CheckPktLarger check{.size = 1464, .result = {Field::kReg4, 5, 1}};
  Bytes bytes;
  Writer out(bytes);
  encode_actions(out, {check});
  EXPECT_EQ(bytes, (Bytes{0xff, 0xff, 0x00, 0x18, 0x00, 0x00, 0x23, 0x20, 0x00, 49,  // NXAST_CHECK_PKT_LARGER
                          0x05, 0xb8, 0x00, 5,    0x00, 0x01, 0x08, 0x04,            // 1464, bit 5 of reg4
                          0,    0,    0,    0,    0,    0}));
  EXPECT_EQ(to_text({check}), "check_pkt_larger(1464)->NXM_NX_REG4[5]");
  bytes[13] = 32;
  EXPECT_TRUE(std::holds_alternative<Opaque>((*decode_actions(bytes))[0])) << "a bit that reg4 has not";
}

TEST(ActionCodec, ALearnActionWithOtherPartsIsForeign) {
  Learn learn{.table = 10};
  learn.match = {{{Field::kReg0, 0, 28}, {Field::kReg0, 0, 28}}};
  Bytes bytes;
  Writer out(bytes);
  encode_actions(out, {learn});
  ASSERT_EQ(*decode_actions(bytes), (std::vector<Action>{learn}));
  Bytes output = bytes;
  output[32] |= 0x10;  // the target is an output
  EXPECT_TRUE(std::holds_alternative<Opaque>((*decode_actions(output))[0]));
  Bytes flagged = bytes;
  flagged[25] = 2;  // delete_learned
  EXPECT_TRUE(std::holds_alternative<Opaque>((*decode_actions(flagged))[0]));
}

TEST(ActionCodec, KeepsForeignActionsApart) {
  Bytes foreign{0x00, 0x0b, 0x00, 0x08, 0, 0, 0, 0};  // copy_ttl_out
  auto actions = decode_actions(foreign);
  ASSERT_TRUE(actions);
  EXPECT_EQ(*actions, (std::vector<Action>{Opaque{foreign}}));
  EXPECT_EQ(to_text(*actions), "unknown(000b000800000000)");
}

TEST(ActionCodec, RefusesWrongLengths) {
  EXPECT_FALSE(decode_actions(Bytes{0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_FALSE(decode_actions(Bytes{0, 0, 0, 16, 0, 0, 0, 1}));
}

/// NXT_PACKET_IN2's properties: type, length with these four bytes, padding to eight.
void property(Bytes& out, std::uint16_t type, const Bytes& payload) {
  Writer w(out);
  std::size_t start = w.position();
  w.u16(type);
  w.u16(static_cast<std::uint16_t>(4 + payload.size()));
  w.bytes(payload);
  w.pad8(start);
}

TEST(MessageCodec, APacketInTellsTheFullLengthOfACutFrame) {
  Bytes body{0x00, 0x00, 0x23, 0x20, 0x00, 0x00, 0x00, 0x1e};
  property(body, 0, {0xee, 0xee, 0xee});
  property(body, 6, {0x00, 0x01, 0x0a, 0x04, 0x00, 0x00, 0x00, 0x07});  // reg5
  property(body, 7, {2, 3});
  auto whole = decode_experimenter(body);
  ASSERT_TRUE(whole);
  EXPECT_EQ((*whole)->full_length, 3u);
  property(body, 1, {0x00, 0x00, 0x03, 0xe8});
  auto cut = decode_experimenter(body);
  ASSERT_TRUE(cut);
  EXPECT_EQ((*cut)->full_length, 1000u);
  EXPECT_EQ((*cut)->frame, (Bytes{0xee, 0xee, 0xee}));
  EXPECT_EQ((*cut)->userdata, (Bytes{2, 3}));
  EXPECT_EQ(to_text((*cut)->metadata), "reg5=0x7");
}

TEST(MessageCodec, WaitsForWholeHeaders) {
  EXPECT_FALSE(*peek_header(Bytes{5, 0, 0}));
  EXPECT_FALSE(peek_header(Bytes{5, 0, 0, 7, 0, 0, 0, 1}));
  EXPECT_EQ((*peek_header(Bytes{5, 2, 0, 8, 0, 0, 0, 9}))->xid, 9u);
}

TEST(MessageCodec, AcceptsVersionsByBitmapOrByNumber) {
  EXPECT_TRUE(hello_allows_version(6, Bytes{0, 1, 0, 8, 0, 0, 0, 0x7e}));
  EXPECT_FALSE(hello_allows_version(6, Bytes{0, 1, 0, 8, 0, 0, 0, 0x50}));
  EXPECT_TRUE(hello_allows_version(5, {}));
  EXPECT_FALSE(hello_allows_version(4, {}));
}

}  // namespace
}  // namespace weft::openflow
