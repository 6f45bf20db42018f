#pragma once
// The agent's read-only HTTP endpoint: what only the node knows. Counters never go through the store.

#include <memory>

#include "agent/agent.h"
#include "http/http.h"

namespace weft::agent {

class Diagnostics {
 public:
  explicit Diagnostics(Agent& agent) : agent_(agent) {}

  /// Serves /healthz, /metrics, /flows and /ports. Errors: kUnavailable when the endpoint can't be bound.
  Result<void> start();
  void stop();

 private:
  asio::awaitable<http::Response> handle(http::Request request);
  asio::awaitable<http::Response> flows();
  http::Response health() const;
  http::Response ports() const;

  Agent& agent_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace weft::agent
