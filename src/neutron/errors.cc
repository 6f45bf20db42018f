#include "neutron/errors.h"

#include <algorithm>
#include <array>

#include "neutron/json_writer.h"

namespace weft::neutron {
namespace {

struct KindRow {
  Errc code;
  int status;
  std::string_view type;  ///< when the error brings none of its own
};

constexpr std::array kKinds = {
    KindRow{Errc::kInvalid, 400, "HTTPBadRequest"},
    KindRow{Errc::kNotFound, 404, "HTTPNotFound"},
    KindRow{Errc::kConflict, 409, "Conflict"},
    KindRow{Errc::kForbidden, 403, "HTTPForbidden"},
    KindRow{Errc::kExhausted, 409, "Conflict"},
    KindRow{Errc::kUnavailable, 503, "ServiceUnavailable"},
    KindRow{Errc::kTimeout, 504, "GatewayTimeout"},
    KindRow{Errc::kProtocol, 500, "HTTPInternalServerError"},
    KindRow{Errc::kInternal, 500, "HTTPInternalServerError"},
};

struct TypeRow {
  std::string_view type;
  int status;
};

/// Where Neutron's status differs from that of the error's kind.
constexpr std::array kExceptions = {
    TypeRow{"RevisionNumberConstraintFailed", 412},
    TypeRow{"HTTPMethodNotAllowed", 405},
};

/// What webob calls the statuses that the HTTP server gives by itself.
constexpr std::array kRefusals = {
    TypeRow{"HTTPRequestTimeout", 408},
    TypeRow{"HTTPRequestEntityTooLarge", 413},
    TypeRow{"HTTPRequestHeaderFieldsTooLarge", 431},
    TypeRow{"HTTPInternalServerError", 500},
    TypeRow{"HTTPServiceUnavailable", 503},
};

const KindRow& kind_of(Errc code) {
  return *std::find_if(kKinds.begin(), kKinds.end(), [&](const auto& row) { return row.code == code; });
}

/// Neutron's own error types are CamelCase words; what ovsdb-server says ("constraint violation") is not for
/// clients.
bool is_api_type(std::string_view type) {
  return !type.empty() && type.front() >= 'A' && type.front() <= 'Z' &&
         type.find(' ') == std::string_view::npos;
}

/// What the client may read: neither the server's insides nor the store's wording.
std::string_view message_of(const Error& error, const KindRow& kind) {
  if (kind.status == 500) return "Request Failed: internal server error while processing your request.";
  bool of_the_store = error.code == Errc::kConflict && !error.type.empty() && !is_api_type(error.type);
  if (of_the_store) return "The request conflicts with another change; look again and try again.";
  return error.message;
}

http::Response error_body(int status, std::string_view type, std::string_view message) {
  JsonWriter json;
  json.begin_object().key("NeutronError").begin_object();
  json.key("type").string(type);
  json.key("message").string(message);
  json.key("detail").string("").end_object().end_object();
  http::Response response;
  response.status = status;
  response.body = json.take();
  return response;
}

}  // namespace

int status_of(const Error& error) {
  for (const auto& row : kExceptions)
    if (row.type == error.type) return row.status;
  return kind_of(error.code).status;
}

http::Response to_response(const Error& error) {
  const auto& kind = kind_of(error.code);
  auto type = is_api_type(error.type) ? std::string_view(error.type) : kind.type;
  auto response = error_body(status_of(error), type, message_of(error, kind));
  if (error.code == Errc::kUnavailable) response.headers["Retry-After"] = "1";
  return response;
}

http::Response to_refusal(int status, const std::string& reason) {
  auto row =
      std::find_if(kRefusals.begin(), kRefusals.end(), [&](const auto& r) { return r.status == status; });
  return error_body(status, row == kRefusals.end() ? "HTTPBadRequest" : row->type, reason);
}

tl::unexpected<Error> bad_request(std::string message) {
  return fail(Errc::kInvalid, std::move(message), "HTTPBadRequest");
}

tl::unexpected<Error> invalid_input(std::string_view reason) {
  return fail(Errc::kInvalid, "Invalid input for operation: " + std::string(reason) + ".", "InvalidInput");
}

Error no_such_path() {
  return Error(Errc::kNotFound, "The resource could not be found.", "HTTPNotFound");
}

Error no_such_method() {
  return Error(Errc::kInvalid, "The method is not allowed for this resource.", "HTTPMethodNotAllowed");
}

}  // namespace weft::neutron
