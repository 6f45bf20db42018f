#pragma once
// JSON-RPC 1.0 as OVSDB speaks it (RFC 7047, section 4): framing of a byte stream, and errors.

#include <boost/json/array.hpp>
#include <boost/json/stream_parser.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace weft::ovsdb {

/// Cuts a byte stream into JSON objects. After an error it is unusable: the connection has to go.
class MessageStream {
 public:
  /// Takes one message; its error ends the stream.
  using Sink = std::function<Result<void>(const boost::json::value& message)>;

  static constexpr std::size_t kDefaultLimit = std::size_t{256} << 20;
  explicit MessageStream(std::size_t limit = kDefaultLimit) : limit_(limit) {}

  /// Feeds bytes as they come; `sink` gets every message that they complete. Errors: kProtocol for what is no
  /// JSON object or is longer than the limit; whatever `sink` returns.
  Result<void> feed(std::string_view bytes, const Sink& sink);

 private:
  Result<void> begin_message(std::string_view& bytes);

  boost::json::stream_parser parser_;
  std::size_t limit_;
  std::size_t size_ = 0;
  bool inside_ = false;
};

/// A request's text. `params` is moved into it.
std::string request_text(std::int64_t id, std::string_view method, boost::json::array params);

/// Reads an error of ovsdb-server: {"error": WORD, "details": TEXT} or a bare string. `type` is the word.
Error error_from_json(const boost::json::value& error);

}  // namespace weft::ovsdb
