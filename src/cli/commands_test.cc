#include "cli/commands.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <condition_variable>
#include <mutex>

namespace weft::cli {
namespace {

using testing::HasSubstr;

// clang-format off
constexpr auto kFlows = R"json([
  {"table":10,"table_name":"policy","text":"priority=1 actions=drop","packets":3,"bytes":180,"cookie":"0x05",
   "owners":[{"kind":"port","id":"00000000-0000-0000-0000-000000000005","text":"port 0000"}]},
  {"table":0,"table_name":"classify","text":"priority=9,in_port=1 actions=resubmit(,10)","packets":7,"bytes":420,
   "cookie":"0x04","owners":[]}])json";
// clang-format on

// clang-format off
constexpr auto kDrops = R"json([
  {"reason":"no rule","direction":"ingress","packets":2,"bytes":196,"port":"00000000-0000-0000-0000-000000000005"},
  {"reason":"no rule","direction":"ingress","packets":8,"bytes":900,"port":"00000000-0000-0000-0000-000000000006"}])json";
constexpr auto kSample = R"json({"time":1,"node":"worker1","reason":"spoofed IP","direction":"egress","network":null,
  "sender":"00000000-0000-0000-0000-000000000005","receiver":null,"frame":"fa163e000002fa163e00000188cc"})json";
// clang-format on

const Command& command(std::string_view path) {
  return *std::ranges::find(commands(), path, &Command::path);
}

class CommandsTest : public testing::Test {
 protected:
  void SetUp() override {
    model::Node node;
    node.id = Uuid::random();
    node.name = "worker1";
    node.diagnostics = "tcp:192.0.2.1:9697";
    intent_.put(node);
    model::Port port;
    port.id = *Uuid::parse("00000000-0000-0000-0000-000000000005");
    port.name = "cirros-test001";
    intent_.put(port);
  }

  /// What the command line says.
  struct Words {
    std::map<std::string, std::string> arguments;
    std::map<std::string, bool> flags;
    std::map<std::string, std::vector<std::string>> options;
    bool as_json = false;
  };

  Result<Output> call(std::string_view path, Words words) {
    Call call{
        .intent = intent_,
        .arguments = words.arguments,
        .flags = words.flags,
        .options = words.options,
        .as_json = words.as_json,
        .ask_agent = [this](const std::string& endpoint, const std::string& path) -> Result<std::string> {
          if (ask_) return ask_(endpoint);
          asked_ = endpoint + path;
          if (answer_.empty()) return fail(Errc::kUnavailable, "connection refused");
          return answer_;
        },
        .follow = [this](const std::vector<Feed>& feeds, const FeedHandlers& handlers) -> Result<void> {
          asked_ = feeds.front().endpoint + feeds.front().target;
          for (int i = 0; i < 2; ++i) handlers.line(feeds.front(), sample_);
          return {};
        },
        .print = [this](std::string_view text) { printed_ += text; },
        .warn = [this](std::string_view text) { warned_ += text; }};
    return command(path).run(call);
  }

  void put_node(const std::string& name) {
    model::Node node;
    node.id = Uuid::random();
    node.name = name;
    node.diagnostics = "tcp:" + name + ":9697";
    intent_.put(node);
  }

  Result<Output> flows(std::string node, bool explain) {
    return call("flows", {.arguments = {{"node", std::move(node)}}, .flags = {{"explain", explain}}});
  }

  model::Intent intent_;
  std::function<Result<std::string>(const std::string& endpoint)> ask_;  ///< instead of answer_
  std::string asked_;
  std::string answer_ = kFlows;
  std::string sample_ = kSample;
  std::string printed_, warned_;
};

TEST_F(CommandsTest, FlowsAreAskedFromTheNodesOwnEndpoint) {
  auto output = flows("worker1", false);
  ASSERT_TRUE(output) << output.error().message;
  EXPECT_EQ(asked_, "tcp:192.0.2.1:9697/flows");
  EXPECT_EQ(output->text,
            "table 0 classify\n"
            "  priority=9,in_port=1 actions=resubmit(,10)\n"
            "      packets 7, bytes 420, cookie 0x04\n"
            "\n"
            "table 10 policy\n"
            "  priority=1 actions=drop\n"
            "      packets 3, bytes 180, cookie 0x05\n");
}

TEST_F(CommandsTest, ExplainNamesTheObjectsByTheStoresNames) {
  auto output = flows("worker1", true);
  ASSERT_TRUE(output);
  EXPECT_THAT(output->text, HasSubstr("cirros-test001"));
  EXPECT_THAT(output->text, HasSubstr("nothing that Weft wants")) << "a foreign flow is not hidden";
  EXPECT_EQ(output->json.as_array().at(1).at("owners").as_array().at(0).at("kind"), "port");
}

TEST_F(CommandsTest, FlowsOfAnUnknownNodeSuggestsOne) {
  auto output = flows("worker", true);
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().message, "no node is named \"worker\"; did you mean worker1?");
}

TEST_F(CommandsTest, FlowsSayWhichAgentDoesNotAnswer) {
  answer_.clear();
  EXPECT_THAT(flows("worker1", false).error().message, HasSubstr("ask worker1 on tcp:192.0.2.1:9697"));
  answer_ = "<html>";
  EXPECT_EQ(flows("worker1", false).error().code, Errc::kProtocol);
}

TEST_F(CommandsTest, PortShowTakesAName) {
  auto output = call("port show", {.arguments = {{"port", "cirros-test001"}}});
  ASSERT_TRUE(output);
  EXPECT_EQ(output->json.at("id"), "00000000-0000-0000-0000-000000000005");
}

TEST_F(CommandsTest, PortShowTellsWhatItsNodeDropped) {
  answer_ = kDrops;
  auto port = *intent_.find<model::Port>(*Uuid::parse("00000000-0000-0000-0000-000000000005"));
  port.host = "worker1";
  intent_.put(port);
  auto output = call("port show", {.arguments = {{"port", "cirros-test001"}}});
  ASSERT_TRUE(output);
  EXPECT_EQ(asked_, "tcp:192.0.2.1:9697/drops");
  EXPECT_EQ(output->json.at("drops").as_array().size(), 1u) << "only its own";
  EXPECT_EQ(output->json.at("drops").at(0).at("packets"), 2);
  EXPECT_THAT(output->text, HasSubstr("| no rule |     2 | port cirros-test001 ("));
}

TEST_F(CommandsTest, PortShowDoesWithoutANodeThatDoesNotAnswer) {
  answer_.clear();
  auto port = *intent_.find<model::Port>(*Uuid::parse("00000000-0000-0000-0000-000000000005"));
  port.host = "worker1";
  intent_.put(port);
  auto output = call("port show", {.arguments = {{"port", "cirros-test001"}}});
  ASSERT_TRUE(output);
  EXPECT_THAT(output->text, HasSubstr("not known: ask worker1 on tcp:192.0.2.1:9697"));
  EXPECT_TRUE(output->json.at("drops").as_array().empty());
}

TEST_F(CommandsTest, DropsAreCountedByNode) {
  answer_ = kDrops;
  auto all = call("drops", {.flags = {{"follow", false}}});
  ASSERT_TRUE(all);
  EXPECT_EQ(all->json.as_array().size(), 2u);
  EXPECT_EQ(all->json.at(0).at("node"), "worker1");
  auto one = call("drops", {.flags = {{"follow", false}}, .options = {{"port", {"cirros-test001"}}}});
  EXPECT_EQ(one->json.as_array().size(), 1u);
  EXPECT_EQ(call("drops", {.flags = {{"follow", false}}, .options = {{"node", {"worker"}}}}).error().message,
            "no node is named \"worker\"; did you mean worker1?");
}

TEST_F(CommandsTest, DropsFailWhenNoNodeAnswers) {
  answer_.clear();
  EXPECT_THAT(call("drops", {.flags = {{"follow", false}}}).error().message,
              HasSubstr("ask worker1 on tcp:192.0.2.1:9697"));
}

TEST_F(CommandsTest, AgentsAreAskedAtTheSameTime) {
  put_node("worker2");
  put_node("worker3");
  std::mutex mutex;
  std::condition_variable changed;
  int asked = 0;
  ask_ = [&](const std::string& endpoint) -> Result<std::string> {
    std::unique_lock lock(mutex);
    ++asked;
    changed.notify_all();
    const bool all = changed.wait_for(lock, std::chrono::seconds(10), [&] { return asked == 3; });
    if (endpoint == "tcp:worker2:9697") return fail(Errc::kTimeout, "no answer");
    return all ? Result<std::string>(kDrops) : fail(Errc::kTimeout, "the others were not asked meanwhile");
  };
  auto output = call("drops", {.flags = {{"follow", false}}});
  ASSERT_TRUE(output) << output.error().message;
  EXPECT_EQ(output->json.as_array().size(), 4u) << "the answers of the two others";
  EXPECT_THAT(warned_, HasSubstr("ask worker2 on tcp:worker2:9697: no answer"));
}

TEST_F(CommandsTest, FollowedDropsAreExplainedOnceInARow) {
  auto output = call("drops", {.flags = {{"follow", true}}, .options = {{"port", {"cirros-test001"}}}});
  ASSERT_TRUE(output);
  EXPECT_EQ(asked_, "tcp:192.0.2.1:9697/drops?follow=1&port=00000000-0000-0000-0000-000000000005");
  auto first = printed_.find("  port cirros-test001"), line = printed_.find("spoofed IP (egress): fa:16");
  EXPECT_LT(line, first);
  EXPECT_NE(first, std::string::npos);
  EXPECT_EQ(printed_.find("  port cirros-test001", first + 1), std::string::npos);
  EXPECT_NE(printed_.find("spoofed IP (egress)", first), std::string::npos);
}

TEST_F(CommandsTest, FollowedDropsAreOneObjectALineForPrograms) {
  call("drops", {.flags = {{"follow", true}}, .options = {}, .as_json = true});
  EXPECT_EQ(std::ranges::count(printed_, '\n'), 2);
  EXPECT_THAT(printed_, HasSubstr("\"reason\":\"spoofed IP\""));
}

TEST(Commands, HaveHelpAndDistinctPaths) {
  std::vector<std::string> paths;
  for (const auto& each : commands()) {
    EXPECT_FALSE(each.help.empty()) << each.path;
    paths.push_back(each.path);
  }
  std::ranges::sort(paths);
  EXPECT_EQ(std::ranges::adjacent_find(paths), paths.end());
}

}  // namespace
}  // namespace weft::cli
