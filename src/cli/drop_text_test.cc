#include "cli/drop_text.h"

#include <gmock/gmock.h>

#include <boost/json/array.hpp>

#include "cli/drop_world_fake.h"

namespace weft::cli {
namespace {

using testing::HasSubstr;

// clang-format off
constexpr auto kLine = R"json({"time":1700000000123456,"node":"worker1","reason":"spoofed IP","direction":"egress",
  "network":"00000000-0000-0000-0000-000000000001","sender":"00000000-0000-0000-0000-00000000000b",
  "receiver":null,"interface":"tap1","failure":"","reply":false,"related":false,"length":98,
  "frame":"fa163e00000cfa163e00000b08004500003c0001000040010000ac100304ac1005060800f7ff"})json";
// clang-format on

TEST(DropLine, IsReadWithItsPacket) {
  auto read = parse_drop_line(kLine);
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_TRUE(read->sample);
  EXPECT_EQ(read->sample->reason->reason, fabric::Drop::kSpoofedIp);
  EXPECT_EQ(read->sample->sender, numbered(DropWorld::kFirst));
  EXPECT_EQ(read->sample->headers.ip.at(0).source, ip("172.16.3.4"));
}

TEST(DropLine, TellsWhatWasLost) {
  auto read = parse_drop_line(R"({"lost":7})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->lost, 7u);
  EXPECT_FALSE(read->sample);
}

TEST(DropLine, IsRefusedWhenItMakesNoSense) {
  for (const char* text : {"", "[]", "{}", R"({"reason":"spoofed IP","direction":"egress","frame":"zz"})",
                           R"({"reason":"bad mood","direction":null,"frame":"00"})"})
    EXPECT_EQ(parse_drop_line(text).error().code, Errc::kProtocol) << text;
}

TEST(DropText, TellsWhenWhereWhyAndWhat) {
  auto sample = *parse_drop_line(kLine)->sample;
  EXPECT_THAT(drop_line(sample, {}),
              HasSubstr(".123 worker1 spoofed IP (egress): fa:16:3e:00:00:0b > fa:16:3e:00:00:0c, IPv4 "
                        "172.16.3.4 > 172.16.5.6: ICMP echo request, length 60\n"));
}

TEST(DropText, HasALineForEachWayOut) {
  Explanation explanation{
      .object = "port web1",
      .why = "because",
      .remedies = {{.text = "allow it", .commands = {"one", "two"}}, {.text = "or wait"}}};
  EXPECT_EQ(explanation_text(explanation, {}), "  port web1; because\n  allow it: one or two\n  or wait\n");
  EXPECT_THAT(explanation_text(explanation, {.colour = true}), HasSubstr("\x1b[32mone\x1b[0m"));
}

TEST(DropText, WritesOutWhatWouldMoveTheCursor) {
  Explanation explanation{
      .object = "port x\x1b[2J\n", .why = "\u202e", .remedies = {{.text = "\a", .commands = {"\n"}}}};
  EXPECT_EQ(explanation_text(explanation, {}), "  port x\\x1b[2J\\n; \\u202e\n  \\x07: \\n\n");
  auto sample = *parse_drop_line(kLine)->sample;
  sample.node = "w\n";
  EXPECT_THAT(drop_line(sample, {}), HasSubstr(" w\\n spoofed IP"));
}

TEST(DropText, IsOneObjectForPrograms) {
  DropWorld world;
  auto sample = *parse_drop_line(kLine)->sample;
  auto json = drop_json(sample, explain(sample, world.intent), world.intent);
  EXPECT_EQ(json.at("time"), "2023-11-14T22:13:20.123456Z");
  EXPECT_EQ(json.at("reason"), "spoofed IP");
  EXPECT_EQ(json.at("direction"), "egress");
  EXPECT_EQ(json.at("sender").at("name"), "k8s1");
  EXPECT_TRUE(json.at("receiver").is_null());
  EXPECT_EQ(json.at("remedies").at(0).at("commands").at(0),
            "openstack port set --allowed-address ip-address=172.16.3.4 k8s1");
}

}  // namespace
}  // namespace weft::cli
