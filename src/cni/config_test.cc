#include "cni/config.h"

#include <gmock/gmock.h>

namespace weft::cni {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kMinimal =
    R"({"cniVersion":"1.0.0","name":"weft","type":"weft-cni","network":"n1"})";
constexpr auto kPortId = "6a7e0d5e-3f0c-4b1e-9a35-0e6f1a9d6c11";

ErrorCode refused(std::string_view json) {
  auto config = parse_config(json);
  EXPECT_FALSE(config) << json;
  return config ? ErrorCode{} : code_of(config.error());
}

GetEnv variables(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const char* name) {
    auto it = values.find(name);
    return it == values.end() ? std::string() : it->second;
  };
}

std::map<std::string, std::string> add_variables() {
  return {{"CNI_COMMAND", "ADD"},
          {"CNI_CONTAINERID", "c1"},
          {"CNI_NETNS", "/run/netns/c1"},
          {"CNI_IFNAME", "eth0"}};
}

TEST(CniConfig, ReadsEveryField) {
  auto config = parse_config(R"({"cniVersion":"0.4.0","name":"weft","type":"weft-cni","network":"n1",
      "security_groups":["a","b"],"project":"p","agent_socket":"/tmp/s","default_route":true})");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->version, "0.4.0");
  EXPECT_EQ(config->network, "n1");
  EXPECT_THAT(*config->security_groups, ElementsAre("a", "b"));
  EXPECT_EQ(config->project, "p");
  EXPECT_EQ(config->agent_socket, "/tmp/s");
  EXPECT_TRUE(config->default_route);
}

TEST(CniConfig, LeavesDefaults) {
  auto config = parse_config(kMinimal);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->agent_socket, kDefaultAgentSocket);
  EXPECT_FALSE(config->default_route);
  EXPECT_FALSE(config->security_groups) << "absent is not the same as empty";
}

TEST(CniConfig, AcceptsWhatRuntimesAdd) {
  EXPECT_TRUE(
      parse_config(R"({"cniVersion":"1.0.0","name":"w","network":"n","prevResult":{},"runtimeConfig":{},
      "cni.dev/valid-attachments":[]})"));
}

TEST(CniConfig, NamesEachFaultByItsCode) {
  EXPECT_EQ(refused("{"), ErrorCode::kDecodingFailure);
  EXPECT_EQ(refused("[]"), ErrorCode::kInvalidNetworkConfig);
  EXPECT_EQ(refused(R"({"name":"w","network":"n"})"), ErrorCode::kIncompatibleVersion);
  EXPECT_EQ(refused(R"({"cniVersion":"0.2.0","name":"w"})"), ErrorCode::kIncompatibleVersion);
  EXPECT_EQ(refused(R"({"cniVersion":"1.0.0"})"), ErrorCode::kInvalidNetworkConfig);
  EXPECT_EQ(refused(R"({"cniVersion":"1.0.0","name":"w","network":7})"), ErrorCode::kInvalidNetworkConfig);
  EXPECT_EQ(refused(R"({"cniVersion":"1.0.0","name":"w","port":"web"})"), ErrorCode::kInvalidNetworkConfig);
  EXPECT_EQ(refused(R"({"cniVersion":"1.0.0","name":"w","agent_socket":"s"})"),
            ErrorCode::kInvalidNetworkConfig);
  EXPECT_EQ(refused(R"({"cniVersion":"1.0.0","name":"w","ipam":{"type":"host-local"}})"),
            ErrorCode::kUnsupportedField);
}

TEST(CniConfig, RefusesMisspeltFields) {
  EXPECT_EQ(refused(R"({"cniVersion":"1.0.0","name":"w","network":"n","security_group":["a"]})"),
            ErrorCode::kUnsupportedField);
}

TEST(CniConfig, FindsTheVersionOfABadConfig) {
  EXPECT_EQ(version_of(R"({"cniVersion":"0.3.1","network":[]})"), "0.3.1");
  EXPECT_EQ(version_of("{"), kLatestVersion);
  EXPECT_EQ(version_of(R"({"cniVersion":1})"), kLatestVersion);
}

TEST(CniArgs, AreKeptByName) {
  auto args = parse_args("IgnoreUnknown=1;K8S_POD_NAME=web-0;WEFT_NETWORK=a=b;");
  ASSERT_TRUE(args);
  EXPECT_EQ(args->at("K8S_POD_NAME"), "web-0");
  EXPECT_EQ(args->at("WEFT_NETWORK"), "a=b") << "only the first '=' separates";
}

TEST(CniArgs, RefuseWhatIsNoPairAndUnknownWeftNames) {
  EXPECT_FALSE(parse_args("WEFT_NETWORK"));
  EXPECT_FALSE(parse_args("=x"));
  auto misspelt = parse_args("WEFT_NETWROK=n1");
  ASSERT_FALSE(misspelt);
  EXPECT_THAT(misspelt.error().message, HasSubstr("WEFT_NETWROK"));
}

TEST(CniEnvironment, IsReadForAdd) {
  auto env = parse_environment(variables(add_variables()));
  ASSERT_TRUE(env) << env.error().message;
  EXPECT_EQ(env->command, Command::kAdd);
  EXPECT_EQ(env->netns, "/run/netns/c1");
}

TEST(CniEnvironment, NeedsNothingButACommandForVersion) {
  EXPECT_TRUE(parse_environment(variables({{"CNI_COMMAND", "VERSION"}})));
  EXPECT_FALSE(parse_environment(variables({{"CNI_COMMAND", "GC"}})));
}

TEST(CniEnvironment, NeedsNoNamespaceForDel) {
  auto values = add_variables();
  values["CNI_NETNS"] = "";
  EXPECT_FALSE(parse_environment(variables(values)));
  values["CNI_COMMAND"] = "DEL";
  EXPECT_TRUE(parse_environment(variables(values)));
}

TEST(CniEnvironment, RefusesNamesThatTheKernelWould) {
  for (auto [name, value] : {std::pair{"CNI_IFNAME", "interface-too-long"},
                             {"CNI_IFNAME", "a/b"},
                             {"CNI_IFNAME", ".."},
                             {"CNI_CONTAINERID", "-x"},
                             {"CNI_CONTAINERID", "a b"},
                             {"CNI_NETNS", "relative"}}) {
    auto values = add_variables();
    values[name] = value;
    auto env = parse_environment(variables(values));
    ASSERT_FALSE(env) << name << "=" << value;
    EXPECT_EQ(code_of(env.error()), ErrorCode::kInvalidEnvironment);
    EXPECT_THAT(env.error().message, HasSubstr(name));
  }
}

Result<Attachment> attach(std::string args, std::string_view json = kMinimal) {
  auto values = add_variables();
  values["CNI_ARGS"] = std::move(args);
  WEFT_TRY(auto env, parse_environment(variables(values)));
  WEFT_TRY(auto config, parse_config(json));
  return make_attachment(std::move(config), std::move(env));
}

TEST(CniAttachment, ArgsWinOverTheConfiguration) {
  auto attachment =
      attach("WEFT_NETWORK=n2;WEFT_SECURITY_GROUPS=a,b;K8S_POD_NAME=web-0;K8S_POD_NAMESPACE=shop");
  ASSERT_TRUE(attachment);
  EXPECT_EQ(attachment->config.network, "n2");
  EXPECT_THAT(*attachment->config.security_groups, ElementsAre("a", "b"));
  EXPECT_EQ(attachment->pod_name, "web-0");
  EXPECT_EQ(attachment->pod_namespace, "shop");
}

TEST(CniAttachment, CanBeAReadyPort) {
  constexpr auto kBare = R"({"cniVersion":"1.0.0","name":"w"})";
  auto attachment = attach(std::string("WEFT_PORT=") + kPortId, kBare);
  ASSERT_TRUE(attachment);
  EXPECT_EQ(attachment->config.port, kPortId);
  EXPECT_FALSE(attach("WEFT_PORT=web", kBare)) << "a port is named by its id";
  EXPECT_FALSE(attach("", kBare)) << "neither network nor port";
}

}  // namespace
}  // namespace weft::cni
