#include "cni/config.h"

#include <algorithm>
#include <boost/json/parse.hpp>

#include "base/uuid.h"

namespace weft::cni {
namespace json = boost::json;
namespace {

// What libcni and the specification put into a configuration, and Weft has no use for.
constexpr std::array<std::string_view, 8> kIgnoredFields{
    "type", "args", "disableCheck", "disableGC", "capabilities", "runtimeConfig", "prevResult", "ipMasq"};
constexpr std::array<std::string_view, 3> kWeftArgs{"WEFT_NETWORK", "WEFT_PORT", "WEFT_SECURITY_GROUPS"};
constexpr std::size_t kMaxIfName = 15;  // IFNAMSIZ - 1

bool contains(const auto& list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

Result<std::string> string_field(const json::value& value, std::string_view name) {
  if (const auto* text = value.if_string()) return std::string(*text);
  return invalid(kInvalidNetworkConfig, "\"" + std::string(name) + "\" must be a string");
}

Result<bool> bool_field(const json::value& value, std::string_view name) {
  if (const auto* flag = value.if_bool()) return *flag;
  return invalid(kInvalidNetworkConfig, "\"" + std::string(name) + "\" must be true or false");
}

Result<std::vector<std::string>> strings_field(const json::value& value, std::string_view name) {
  const auto* list = value.if_array();
  if (list == nullptr) {
    return invalid(kInvalidNetworkConfig, "\"" + std::string(name) + "\" must be a list of strings");
  }
  std::vector<std::string> out;
  for (const auto& item : *list) {
    WEFT_TRY(auto text, string_field(item, name));
    out.push_back(std::move(text));
  }
  return out;
}

Result<void> read_field(NetworkConfig& config, std::string_view name, const json::value& value) {
  if (name == "security_groups") {
    WEFT_TRY(config.security_groups, strings_field(value, name));
    return {};
  }
  if (name == "default_route") {
    WEFT_TRY(config.default_route, bool_field(value, name));
    return {};
  }
  struct Text {
    std::string_view name;
    std::string NetworkConfig::*member;
  };
  constexpr std::array kTexts{
      Text{"cniVersion", &NetworkConfig::version}, Text{"name", &NetworkConfig::name},
      Text{"network", &NetworkConfig::network},    Text{"port", &NetworkConfig::port},
      Text{"project", &NetworkConfig::project},    Text{"agent_socket", &NetworkConfig::agent_socket},
  };
  for (const auto& text : kTexts) {
    if (name != text.name) continue;
    WEFT_TRY(config.*text.member, string_field(value, name));
    return {};
  }
  // Names with a dot are libcni's own ("cni.dev/valid-attachments").
  if (contains(kIgnoredFields, name) || name.find('.') != name.npos) return {};
  if (name == "ipam") return invalid(kUnsupportedField, "\"ipam\": Weft allocates addresses itself");
  return invalid(kUnsupportedField, "unknown field \"" + std::string(name) + "\"");
}

Result<void> check_config(const NetworkConfig& config) {
  if (!contains(kSupportedVersions, config.version)) {
    return invalid(kIncompatibleVersion, "cniVersion \"" + config.version +
                                             "\" is not supported: weft-cni speaks " +
                                             "0.3.0, 0.3.1, 0.4.0 and 1.0.0");
  }
  if (config.name.empty()) return invalid(kInvalidNetworkConfig, "\"name\" is missing");
  if (!config.agent_socket.starts_with('/')) {
    return invalid(kInvalidNetworkConfig, "\"agent_socket\" must be an absolute path");
  }
  return {};
}

Result<void> check_port_id(const std::string& port) {
  if (port.empty() || Uuid::parse(port)) return {};
  return invalid(kInvalidNetworkConfig,
                 "port \"" + port + "\" is not a UUID: a ready port is named by its id");
}

bool is_container_id(std::string_view id) {
  auto alnum = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  return !id.empty() && alnum(id.front()) &&
         std::ranges::all_of(id, [&](char c) { return alnum(c) || c == '_' || c == '.' || c == '-'; });
}

bool is_ifname(std::string_view name) {
  auto bad = [](char c) { return c == '/' || c == ':' || std::isspace(static_cast<unsigned char>(c)) != 0; };
  return !name.empty() && name.size() <= kMaxIfName && name != "." && name != ".." &&
         std::ranges::none_of(name, bad);
}

Result<void> check_environment(const Environment& env) {
  if (!is_container_id(env.container_id)) {
    return invalid(kInvalidEnvironment,
                   "CNI_CONTAINERID \"" + env.container_id + "\" must be letters, digits, '_', '.' and '-'");
  }
  if (!is_ifname(env.ifname)) {
    return invalid(kInvalidEnvironment, "CNI_IFNAME \"" + env.ifname +
                                            "\" must be 1 to 15 characters without '/', ':' and spaces");
  }
  // DEL without a namespace is legal: the runtime may have lost it already.
  if (env.netns.empty() && env.command == Command::kDel) return {};
  if (!env.netns.starts_with('/')) {
    return invalid(kInvalidEnvironment,
                   "CNI_NETNS \"" + env.netns + "\" must be the path of a network namespace");
  }
  return {};
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    auto part = text.substr(0, text.find(separator));
    if (!part.empty()) parts.emplace_back(part);
    text.remove_prefix(std::min(text.size(), part.size() + 1));
  }
  return parts;
}

std::string take(const std::map<std::string, std::string>& args, const char* name) {
  auto it = args.find(name);
  return it == args.end() ? std::string() : it->second;
}

}  // namespace

std::string_view to_string(Command command) {
  switch (command) {
    case Command::kAdd:
      return "add";
    case Command::kDel:
      return "del";
    case Command::kCheck:
      return "check";
    case Command::kVersion:
      return "version";
  }
  return "version";
}

std::optional<Command> parse_command(std::string_view text) {
  if (text == "ADD") return Command::kAdd;
  if (text == "DEL") return Command::kDel;
  if (text == "CHECK") return Command::kCheck;
  if (text == "VERSION") return Command::kVersion;
  return std::nullopt;
}

std::string version_of(std::string_view text) {
  boost::system::error_code ec;
  auto parsed = json::parse(json::string_view(text.data(), text.size()), ec);
  const auto* object = ec ? nullptr : parsed.if_object();
  const auto* version = object == nullptr ? nullptr : object->if_contains("cniVersion");
  if (version == nullptr || !version->is_string()) return std::string(kLatestVersion);
  return std::string(version->get_string());
}

Result<NetworkConfig> parse_config(std::string_view text) {
  boost::system::error_code ec;
  auto parsed = json::parse(json::string_view(text.data(), text.size()), ec);
  if (ec) return invalid(kDecodingFailure, "the network configuration is not JSON: " + ec.message());
  const auto* object = parsed.if_object();
  if (object == nullptr)
    return invalid(kInvalidNetworkConfig, "the network configuration must be a JSON object");
  NetworkConfig config;
  for (const auto& [name, value] : *object) {
    WEFT_CHECK(read_field(config, std::string_view(name.data(), name.size()), value));
  }
  WEFT_CHECK(check_config(config));
  WEFT_CHECK(check_port_id(config.port));
  return config;
}

Result<std::map<std::string, std::string>> parse_args(std::string_view text) {
  std::map<std::string, std::string> args;
  for (const auto& pair : split(text, ';')) {
    auto equals = pair.find('=');
    if (equals == std::string::npos || equals == 0) {
      return invalid(kInvalidEnvironment, "CNI_ARGS: \"" + pair + "\" is not NAME=VALUE");
    }
    auto name = pair.substr(0, equals);
    if (name.starts_with("WEFT_") && !contains(kWeftArgs, name)) {
      return invalid(
          kInvalidEnvironment,
          "CNI_ARGS: " + name + " is unknown: there are WEFT_NETWORK, WEFT_PORT and WEFT_SECURITY_GROUPS");
    }
    args[name] = pair.substr(equals + 1);
  }
  return args;
}

Result<Environment> parse_environment(const GetEnv& get) {
  auto text = get("CNI_COMMAND");
  auto command = parse_command(text);
  if (!command) {
    return invalid(kInvalidEnvironment,
                   "CNI_COMMAND \"" + text + "\" is not one of ADD, DEL, CHECK, VERSION");
  }
  Environment env{.command = *command};
  if (env.command == Command::kVersion) return env;
  env.container_id = get("CNI_CONTAINERID");
  env.netns = get("CNI_NETNS");
  env.ifname = get("CNI_IFNAME");
  WEFT_CHECK(check_environment(env));
  WEFT_TRY(env.args, parse_args(get("CNI_ARGS")));
  return env;
}

Result<Attachment> make_attachment(NetworkConfig config, Environment env) {
  if (auto network = take(env.args, "WEFT_NETWORK"); !network.empty()) config.network = network;
  if (auto port = take(env.args, "WEFT_PORT"); !port.empty()) config.port = port;
  if (env.args.contains("WEFT_SECURITY_GROUPS")) {
    config.security_groups = split(take(env.args, "WEFT_SECURITY_GROUPS"), ',');
  }
  WEFT_CHECK(check_port_id(config.port));
  if (env.command == Command::kAdd && config.network.empty() && config.port.empty()) {
    return invalid(kInvalidNetworkConfig, "name a \"network\" (name or id) or a ready \"port\" (id)");
  }
  return Attachment{.config = std::move(config),
                    .container_id = std::move(env.container_id),
                    .netns = std::move(env.netns),
                    .ifname = std::move(env.ifname),
                    .pod_name = take(env.args, "K8S_POD_NAME"),
                    .pod_namespace = take(env.args, "K8S_POD_NAMESPACE")};
}

}  // namespace weft::cni
