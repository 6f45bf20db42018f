#include "cni/protocol.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace weft::cni {
namespace json = boost::json;
namespace {

constexpr std::string_view kPathPrefix = "/cni/";

struct TextField {
  std::string_view name;
  std::string& (*of)(Attachment&);
};

// The one list of text fields, for both directions.
constexpr std::array kTextFields{
    TextField{"cni_version", [](Attachment& a) -> std::string& { return a.config.version; }},
    TextField{"name", [](Attachment& a) -> std::string& { return a.config.name; }},
    TextField{"network", [](Attachment& a) -> std::string& { return a.config.network; }},
    TextField{"port", [](Attachment& a) -> std::string& { return a.config.port; }},
    TextField{"project", [](Attachment& a) -> std::string& { return a.config.project; }},
    TextField{"container_id", [](Attachment& a) -> std::string& { return a.container_id; }},
    TextField{"netns", [](Attachment& a) -> std::string& { return a.netns; }},
    TextField{"ifname", [](Attachment& a) -> std::string& { return a.ifname; }},
    TextField{"pod_name", [](Attachment& a) -> std::string& { return a.pod_name; }},
    TextField{"pod_namespace", [](Attachment& a) -> std::string& { return a.pod_namespace; }},
};

Result<void> read_groups(NetworkConfig& config, const json::object& object) {
  const auto* groups = object.if_contains("security_groups");
  if (groups == nullptr) return {};
  if (!groups->is_array()) return fail(Errc::kProtocol, "\"security_groups\" must be a list");
  config.security_groups.emplace();
  for (const auto& group : groups->get_array()) {
    if (!group.is_string()) return fail(Errc::kProtocol, "\"security_groups\" must be a list of strings");
    config.security_groups->emplace_back(group.get_string());
  }
  return {};
}

}  // namespace

std::string request_path(Command command) {
  return std::string(kPathPrefix) + std::string(to_string(command));
}

std::optional<Command> parse_request_path(std::string_view path) {
  for (auto command : {Command::kAdd, Command::kDel, Command::kCheck}) {
    if (path == request_path(command)) return command;
  }
  return std::nullopt;
}

std::string attachment_json(const Attachment& attachment) {
  auto copy = attachment;
  json::object out;
  for (const auto& field : kTextFields) out[field.name] = field.of(copy);
  out["default_route"] = attachment.config.default_route;
  if (const auto& groups = attachment.config.security_groups) {
    out["security_groups"] = json::array(groups->begin(), groups->end());
  }
  return json::serialize(out);
}

Result<Attachment> parse_attachment(std::string_view text) {
  boost::system::error_code ec;
  auto parsed = json::parse(json::string_view(text.data(), text.size()), ec);
  if (ec || !parsed.is_object()) return fail(Errc::kProtocol, "the request's body is not a JSON object");
  const auto& object = parsed.get_object();
  Attachment out;
  for (const auto& field : kTextFields) {
    const auto* value = object.if_contains(field.name);
    if (value == nullptr || !value->is_string()) {
      return fail(Errc::kProtocol, "\"" + std::string(field.name) + "\" must be a string");
    }
    field.of(out) = std::string(value->get_string());
  }
  const auto* default_route = object.if_contains("default_route");
  out.config.default_route =
      default_route != nullptr && default_route->is_bool() && default_route->get_bool();
  WEFT_CHECK(read_groups(out.config, object));
  return out;
}

}  // namespace weft::cni
