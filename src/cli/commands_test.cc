#include "cli/commands.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

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

  Result<Output> flows(std::string node, bool explain) {
    Call call{
        .intent = intent_,
        .arguments = {{"node", std::move(node)}},
        .flags = {{"explain", explain}},
        .ask_agent = [this](const std::string& endpoint, const std::string& path) -> Result<std::string> {
          asked_ = endpoint + path;
          if (answer_.empty()) return fail(Errc::kUnavailable, "connection refused");
          return answer_;
        }};
    return command("flows").run(call);
  }

  model::Intent intent_;
  std::string asked_;
  std::string answer_ = kFlows;
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
  Call call{.intent = intent_, .arguments = {{"port", "cirros-test001"}}};
  auto output = command("port show").run(call);
  ASSERT_TRUE(output);
  EXPECT_EQ(output->json.at("id"), "00000000-0000-0000-0000-000000000005");
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
