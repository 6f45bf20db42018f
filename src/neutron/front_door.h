#pragma once
// What weftd's port serves: the Networking API, and beside it health and metrics.

#include "neutron/api.h"

namespace weft::neutron {

class FrontDoor {
 public:
  FrontDoor(Api& api, store::Store& store, Metrics& metrics) : api_(api), store_(store), metrics_(metrics) {}
  /// Answers one request. The FrontDoor must outlive the coroutine.
  asio::awaitable<http::Response> handle(http::Request request);

 private:
  http::Response health() const;

  Api& api_;
  store::Store& store_;
  Metrics& metrics_;
};

}  // namespace weft::neutron
