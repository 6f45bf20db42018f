#include "neutron/attributes.h"

#include <algorithm>
#include <boost/json/parse.hpp>

#include "base/uuid.h"
#include "neutron/errors.h"

namespace weft::neutron {
namespace {

constexpr std::string_view kMalformed =
    "The server could not comply with the request since it is either malformed or otherwise incorrect.";

std::string_view view(json::string_view text) {
  return {text.data(), text.size()};
}

const Attribute* find_attribute(Attributes attributes, std::string_view name) {
  auto it = std::find_if(attributes.begin(), attributes.end(), [&](const auto& a) { return a.name == name; });
  return it == attributes.end() ? nullptr : &*it;
}

Result<void> check_known(Attributes attributes, const json::object& body) {
  std::string unknown;
  for (const auto& entry : body) {
    if (find_attribute(attributes, view(entry.key()))) continue;
    unknown += unknown.empty() ? "" : ", ";
    unknown += view(entry.key());
  }
  if (!unknown.empty()) return bad_request("Unrecognized attribute(s) '" + unknown + "'");
  return {};
}

/// Neutron keeps project_id and tenant_id equal; giving both with different values is an error.
Result<void> check_project(const json::object& body) {
  auto project = text_of(body, "project_id"), tenant = text_of(body, "tenant_id");
  if (project && tenant && *project != *tenant)
    return bad_request("'project_id' and 'tenant_id' do not match");
  return {};
}

Error explain(const Attribute& attribute, Error error) {
  if (error.type == "InvalidInput")
    return Error(error.code, "Invalid input for operation: " + error.message + ".", error.type);
  if (!error.type.empty()) return error;
  return Error(error.code,
               "Invalid input for " + std::string(attribute.name) + ". Reason: " + error.message + ".",
               "HTTPBadRequest");
}

Result<json::object> normalise(Attributes attributes, const json::object& body) {
  json::object normal;
  normal.reserve(body.size());
  for (const auto& entry : body) {
    const auto* attribute = find_attribute(attributes, view(entry.key()));
    auto value = attribute->validate(entry.value());
    if (!value) return fail(explain(*attribute, value.error()));
    normal.emplace(entry.key(), std::move(*value));
  }
  WEFT_CHECK(check_project(normal));
  return normal;
}

Result<json::object> take_member(json::object& body, std::string_view name) {
  auto* object = body.if_contains(name);
  if (!object || !object->is_object())
    return bad_request("Unable to find '" + std::string(name) + "' in request body");
  return std::move(object->as_object());
}

}  // namespace

Result<json::object> parse_object(std::string_view text) {
  if (text.empty()) return bad_request("Resource body required");
  json::error_code error;
  auto value = json::parse({text.data(), text.size()}, error);
  if (error || !value.is_object()) return bad_request(std::string(kMalformed));
  return std::move(value.as_object());
}

Result<Bodies> parse_create_body(std::string_view text, std::string_view singular, std::string_view plural) {
  WEFT_TRY(auto body, parse_object(text));
  Bodies bodies;
  auto* list = body.if_contains(plural);
  bodies.bulk = list != nullptr;
  if (!list) {
    WEFT_TRY(bodies.objects.emplace_back(), take_member(body, singular));
    return bodies;
  }
  if (!list->is_array() || list->as_array().empty()) return bad_request("Resources required");
  for (auto& item : list->as_array()) {
    // Neutron takes both {"ports": [{...}]} and {"ports": [{"port": {...}}]}.
    auto* object = item.if_object();
    auto* wrapped = object ? object->if_contains(singular) : nullptr;
    if (wrapped) object = wrapped->if_object();
    if (!object)
      return bad_request("Invalid input for " + std::string(plural) + ". Reason: '" + shown(item) +
                         "' is not a dictionary.");
    bodies.objects.push_back(std::move(*object));
  }
  return bodies;
}

Result<json::object> parse_update_body(std::string_view text, std::string_view singular) {
  WEFT_TRY(auto body, parse_object(text));
  return take_member(body, singular);
}

Result<json::object> validate_create(Attributes attributes, const json::object& body) {
  WEFT_CHECK(check_known(attributes, body));
  for (const auto& attribute : attributes) {
    bool is_given = body.contains(json::string_view(attribute.name.data(), attribute.name.size()));
    if (is_given && !(attribute.allowed & kPost))
      return bad_request("Attribute '" + std::string(attribute.name) + "' not allowed in POST");
    if (!is_given && attribute.allowed & kRequired)
      return bad_request("Failed to parse request. Required attribute '" + std::string(attribute.name) +
                         "' not specified");
  }
  return normalise(attributes, body);
}

Result<json::object> validate_update(Attributes attributes, const json::object& body) {
  WEFT_CHECK(check_known(attributes, body));
  for (const auto& entry : body) {
    const auto* attribute = find_attribute(attributes, view(entry.key()));
    if (!(attribute->allowed & kPut))
      return bad_request("Cannot update read-only attribute " + std::string(attribute->name));
  }
  return normalise(attributes, body);
}

const json::value* given(const json::object& body, std::string_view name) {
  return body.if_contains(name);
}

void read(const json::object& body, std::string_view name, std::string& target) {
  if (auto text = text_of(body, name)) target = std::move(*text);
}

void read(const json::object& body, std::string_view name, bool& target) {
  const auto* value = given(body, name);
  if (value && value->is_bool()) target = value->as_bool();
}

std::optional<std::string> text_of(const json::object& body, std::string_view name) {
  const auto* value = given(body, name);
  if (!value || !value->is_string()) return std::nullopt;
  return std::string(view(value->as_string()));
}

std::optional<std::int64_t> integer_of(const json::object& body, std::string_view name) {
  const auto* value = given(body, name);
  if (!value || !value->is_int64()) return std::nullopt;
  return value->as_int64();
}

std::optional<Uuid> uuid_of(const json::object& body, std::string_view name) {
  auto text = text_of(body, name);
  return text ? Uuid::parse(*text) : std::nullopt;
}

}  // namespace weft::neutron
