#pragma once
// The agent's read-only HTTP endpoint: what only the node knows. Counters never go through the store.

#include <memory>

#include "agent/agent.h"
#include "agent/drop_counters.h"
#include "http/http.h"

namespace weft::agent {

class Diagnostics {
 public:
  explicit Diagnostics(Agent& agent) : agent_(agent) {}

  /// Serves /healthz, /metrics, /flows, /ports and /drops. Errors: kUnavailable when the endpoint can't be
  /// bound.
  Result<void> start();
  void stop();

 private:
  asio::awaitable<http::Response> handle(http::Request request);
  asio::awaitable<http::Response> flows();
  asio::awaitable<http::Response> metrics();
  asio::awaitable<http::Response> drops();
  Task<std::vector<DropCount>> drop_counts();
  http::Response follow_drops(const http::Request& request);
  http::Response health() const;
  http::Response ports() const;

  Agent& agent_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace weft::agent
