#include "cni/plugin.h"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace weft::cni {
namespace {

using testing::HasSubstr;
namespace json = boost::json;

constexpr std::string_view kConfig = R"({"cniVersion":"0.4.0","name":"w","network":"n","agent_socket":"/s"})";

GetEnv command(std::string name) {
  return [name = std::move(name)](const char* variable) -> std::string {
    std::map<std::string_view, std::string> values{{"CNI_COMMAND", name},
                                                   {"CNI_CONTAINERID", "c1"},
                                                   {"CNI_NETNS", "/run/netns/c1"},
                                                   {"CNI_IFNAME", "eth0"}};
    return values[variable];
  };
}

Result<AgentAnswer> no_agent(const std::string&, const std::string&, const std::string&) {
  return fail(Errc::kUnavailable, "connect: no such file");
}

AskAgent agent(std::string* path, AgentAnswer answer) {
  return [path, answer](const std::string&, const std::string& p, const std::string&) -> Result<AgentAnswer> {
    *path = p;
    return answer;
  };
}

TEST(CniPlugin, AnswersVersionWithoutAnAgent) {
  auto outcome = run_plugin(command("VERSION"), R"({"cniVersion":"0.4.0"})", no_agent);
  EXPECT_EQ(outcome.exit_status, 0);
  EXPECT_EQ(json::parse(outcome.output).at("cniVersion"), "0.4.0");
}

TEST(CniPlugin, PrintsWhatTheAgentAnswers) {
  std::string path;
  auto outcome = run_plugin(command("ADD"), kConfig, agent(&path, {200, R"({"ips":[]})"}));
  EXPECT_EQ(path, "/cni/add");
  EXPECT_EQ(outcome.exit_status, 0);
  EXPECT_EQ(outcome.output, R"({"ips":[]})");
}

TEST(CniPlugin, FailsWhenTheAgentRefuses) {
  std::string path;
  auto outcome = run_plugin(command("DEL"), kConfig, agent(&path, {503, R"({"code":11})"}));
  EXPECT_EQ(outcome.exit_status, 1);
  EXPECT_EQ(outcome.output, R"({"code":11})");
}

TEST(CniPlugin, SaysHowToStartADeadAgent) {
  for (auto name : {"ADD", "DEL", "CHECK"}) {
    auto outcome = run_plugin(command(name), kConfig, no_agent);
    EXPECT_EQ(outcome.exit_status, 1);
    auto error = json::parse(outcome.output);
    EXPECT_EQ(error.at("code"), 11) << "the runtime tries again";
    EXPECT_EQ(error.at("cniVersion"), "0.4.0");
    EXPECT_THAT(std::string(error.at("msg").as_string()),
                "weft-agent does not answer on /s: start it with systemctl start weft-agent");
  }
}

TEST(CniPlugin, SaysThatAFailedDelMustBeRepeated) {
  auto add = run_plugin(command("ADD"), kConfig, no_agent),
       del = run_plugin(command("DEL"), kConfig, no_agent);
  EXPECT_THAT(add.output, HasSubstr("nothing was left behind"));
  EXPECT_THAT(del.output, HasSubstr("may still be there; the runtime must call DEL again"));
}

TEST(CniPlugin, ReportsBadInputWithoutAskingTheAgent) {
  AskAgent never = [](const std::string&, const std::string&, const std::string&) -> Result<AgentAnswer> {
    ADD_FAILURE() << "the agent was asked";
    return AgentAnswer{};
  };
  auto outcome = run_plugin(command("ADD"), "{", never);
  EXPECT_EQ(json::parse(outcome.output).at("code"), 6);
  outcome = run_plugin(command("STATUS"), kConfig, never);
  EXPECT_EQ(json::parse(outcome.output).at("code"), 4);
}

TEST(CniPlugin, HasNoCheckBefore0_4) {
  auto outcome = run_plugin(command("CHECK"), R"({"cniVersion":"0.3.1","name":"w","network":"n"})", no_agent);
  EXPECT_EQ(json::parse(outcome.output).at("code"), 1);
  EXPECT_THAT(outcome.output, HasSubstr("0.4.0"));
}

}  // namespace
}  // namespace weft::cni
