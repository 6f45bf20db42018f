#pragma once
// What clients may say of each resource: a table of attributes per resource, and the checks that Neutron
// makes with it.

#include <boost/json/object.hpp>
#include <optional>
#include <span>

#include "base/uuid.h"
#include "neutron/validators.h"

namespace weft::neutron {

enum Permission : unsigned {
  kReadOnly = 0,
  kPost = 1,      ///< may be given when the object is made
  kPut = 2,       ///< may be changed
  kRequired = 4,  ///< must be given when the object is made
};

struct Attribute {
  std::string_view name;
  unsigned allowed = kReadOnly;
  Validator validate = nullptr;
};

using Attributes = std::span<const Attribute>;

/// The bodies of {"port": {...}} or {"ports": [...]}, before validation.
struct Bodies {
  std::vector<json::object> objects;
  bool bulk = false;
};
/// Errors: HTTPBadRequest for malformed JSON, and for bodies without the resource.
Result<Bodies> parse_create_body(std::string_view text, std::string_view singular, std::string_view plural);
Result<json::object> parse_update_body(std::string_view text, std::string_view singular);
/// Any JSON object. Errors: HTTPBadRequest.
Result<json::object> parse_object(std::string_view text);

/// The attributes in normal form. Errors: as Neutron words them.
Result<json::object> validate_create(Attributes attributes, const json::object& body);
Result<json::object> validate_update(Attributes attributes, const json::object& body);

// Reading validated bodies: `target` is left alone when the attribute is absent.
void read(const json::object& body, std::string_view name, std::string& target);
void read(const json::object& body, std::string_view name, bool& target);
/// The attribute, or null when it is absent.
const json::value* given(const json::object& body, std::string_view name);
/// Its text; nothing when absent or null.
std::optional<std::string> text_of(const json::object& body, std::string_view name);
std::optional<std::int64_t> integer_of(const json::object& body, std::string_view name);
std::optional<Uuid> uuid_of(const json::object& body, std::string_view name);

}  // namespace weft::neutron
