#pragma once
// The request target of an HTTP request line (RFC 9112, section 3.2): percent-decoding and the query's pairs.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace weft::http {

struct Target {
  std::string path;
  std::vector<std::pair<std::string, std::string>> query;
};

/// Decodes %XX (and, in queries, '+'). Nothing when an escape is broken or hides a NUL.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);
/// Escapes everything but RFC 3986's unreserved characters.
std::string percent_encode(std::string_view text);
/// Splits "a=1&b=2"; a name without '=' has an empty value. Errors: kInvalid for broken escapes.
Result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view text);
/// Reads origin-form ("/path?query") and absolute-form ("http://host/path?query"). Errors: kInvalid.
Result<Target> parse_target(std::string_view text);

}  // namespace weft::http
