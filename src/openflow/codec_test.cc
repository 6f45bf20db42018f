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
