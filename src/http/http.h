#pragma once
// HTTP/1.1 for front doors and diagnostics: a server that hands whole requests to a coroutine, and a blocking
// client.

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/asio.h"

namespace weft::http {

struct Request {
  std::string method;
  std::string path;                                        ///< decoded, without the query
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded, in order; names may repeat
  std::map<std::string, std::string> headers;              ///< names in lower case
  std::string body;
};

/// A body that goes on: its pieces are sent as they come.
class Stream {
 public:
  virtual ~Stream() = default;
  /// The next piece; empty when there is no more. One call at a time.
  virtual asio::awaitable<std::string> next() = 0;
  /// The client has left, or the server ends: next() returns empty from now on.
  virtual void end() = 0;
};

struct Response {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::map<std::string, std::string> headers;
  std::shared_ptr<Stream> stream = nullptr;  ///< instead of a body; let go when the client has left
};

using Handler = std::function<asio::awaitable<Response>(Request)>;
/// What a client is told whose request the handler never sees, or did not survive.
using Refusal = std::function<Response(int status, const std::string& reason)>;
/// The reason as text/plain.
Response plain_refusal(int status, const std::string& reason);

/// What one client may use up.
struct Limits {
  std::size_t max_body = 4 << 20;     ///< larger: 413
  std::size_t max_header = 64 << 10;  ///< larger: 431
  int idle_seconds = 60;              ///< without a request, or for an answer to be taken
  int request_seconds = 15;           ///< for a request to arrive once it has begun (slow clients)
  int max_connections = 1024;         ///< more: the one that waits longest for its client makes room
};

/// Where to listen: "tcp:ADDRESS:PORT", "unix:PATH" or "fd:N" (a listening socket that was handed over,
/// LISTEN_FDS).
class Server {
 public:
  /// Errors: kUnavailable when the endpoint can't be bound. `handler` runs on the executor; one per
  /// connection at a time.
  static Result<std::unique_ptr<Server>> open(asio::any_io_executor executor, const std::string& endpoint,
                                              Limits limits, Handler handler,
                                              Refusal refusal = plain_refusal);
  virtual ~Server() = default;
  virtual std::string endpoint() const = 0;  ///< the real one, for port 0
  /// Takes no more clients and requests; those under way are answered. `done` is called, on the executor,
  /// when the last one is.
  virtual void drain(std::function<void()> done) = 0;
  virtual void stop() = 0;
};

/// One blocking request to "tcp:ADDRESS:PORT" or "unix:PATH". Errors: kUnavailable, kTimeout, kProtocol.
Result<Response> fetch(const std::string& endpoint, const std::string& method, const std::string& target,
                       const std::string& body = {}, int timeout_seconds = 10);

/// Gets an answer that goes on and hands over its lines, without their ends, as they come; returns when the
/// server ends it. Errors: kUnavailable (no connection, or another status than 200, with what the server
/// said), kTimeout (nothing arrived for `silence`), kProtocol.
Task<void> follow_lines(asio::any_io_executor executor, std::string endpoint, std::string target,
                        std::chrono::seconds silence, std::function<void(std::string_view)> on_line);

}  // namespace weft::http
