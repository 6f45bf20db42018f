#pragma once
// How failures look on the wire: one table from weft::Error to Neutron's statuses and error bodies.

#include "base/result.h"
#include "http/http.h"

namespace weft::neutron {

/// {"NeutronError": {"type", "message", "detail"}} with the status that Neutron gives this error.
http::Response to_response(const Error& error);
/// The same for a request that never became one: broken, too large, too slow.
http::Response to_refusal(int status, const std::string& reason);
/// The status alone.
int status_of(const Error& error);

/// 400 HTTPBadRequest: the request itself is wrong (webob's error type).
tl::unexpected<Error> bad_request(std::string message);
/// 400 InvalidInput: "Invalid input for operation: REASON."
tl::unexpected<Error> invalid_input(std::string_view reason);
/// 404 of a path that leads nowhere.
Error no_such_path();
/// 405: the path is there, but not for this method.
Error no_such_method();

}  // namespace weft::neutron
