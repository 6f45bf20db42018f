#include "ovsdb/json_rpc.h"

#include <fmt/format.h>

#include <array>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace weft::ovsdb {
namespace json = boost::json;

namespace {

struct ErrorWord {
  std::string_view word;
  Errc code;
};

// RFC 7047, section 3.1 and 4.1.3, and ovsdb-server(7).
constexpr std::array kErrorWords{
    ErrorWord{"constraint violation", Errc::kConflict},
    ErrorWord{"referential integrity violation", Errc::kConflict},
    ErrorWord{"timed out", Errc::kConflict},
    ErrorWord{"duplicate uuid", Errc::kConflict},
    ErrorWord{"not owner", Errc::kUnavailable},
    ErrorWord{"I/O error", Errc::kUnavailable},
    ErrorWord{"cluster error", Errc::kUnavailable},
    ErrorWord{"unknown database", Errc::kUnavailable},
    ErrorWord{"permission error", Errc::kForbidden},
    ErrorWord{"resources exhausted", Errc::kExhausted},
};

Errc code_of(std::string_view word) {
  for (const ErrorWord& known : kErrorWords) {
    if (known.word == word) return known.code;
  }
  return Errc::kInternal;
}

std::string text_of(const json::value* value) {
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

Result<void> MessageStream::begin_message(std::string_view& bytes) {
  bytes.remove_prefix(std::min(bytes.find_first_not_of(" \t\r\n"), bytes.size()));
  if (bytes.empty()) return {};
  if (bytes.front() != '{') return fail(Errc::kProtocol, "a message is not a JSON object");
  // One arena per message: it is read once and dropped as a whole.
  parser_.reset(json::make_shared_resource<json::monotonic_resource>());
  inside_ = true;
  size_ = 0;
  return {};
}

Result<void> MessageStream::feed(std::string_view bytes, const Sink& sink) {
  while (!bytes.empty()) {
    if (!inside_) {
      WEFT_CHECK(begin_message(bytes));
      if (!inside_) return {};
    }
    boost::system::error_code error;
    std::size_t used = parser_.write_some(bytes.data(), bytes.size(), error);
    if (error) return fail(Errc::kProtocol, "malformed JSON: " + error.message());
    bytes.remove_prefix(used);
    size_ += used;
    if (size_ > limit_)
      return fail(Errc::kProtocol, fmt::format("a message is longer than {} bytes", limit_));
    if (!parser_.done()) continue;
    inside_ = false;
    json::value message = parser_.release();
    WEFT_CHECK(sink(message));
  }
  return {};
}

std::string request_text(std::int64_t id, std::string_view method, json::array params) {
  return json::serialize(json::object{{"method", method}, {"params", std::move(params)}, {"id", id}});
}

Error error_from_json(const json::value& error) {
  if (const json::object* members = error.if_object()) {
    std::string word = text_of(members->if_contains("error"));
    std::string details = text_of(members->if_contains("details"));
    return Error(code_of(word), details.empty() ? word : std::move(details), word);
  }
  std::string word = text_of(&error);
  if (word.empty()) return Error(Errc::kInternal, "the server refused without a reason");
  return Error(code_of(word), word, word);
}

}  // namespace weft::ovsdb
