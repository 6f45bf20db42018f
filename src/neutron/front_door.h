#pragma once
// What weftd's port serves: the Networking API, and beside it health and metrics.

#include "neutron/api.h"

namespace weft::neutron {

class FrontDoor {
 public:
  FrontDoor(asio::any_io_executor executor, Api& api, store::Store& store, Metrics& metrics);
  /// The replica is complete for the first time: requests that came before are answered now. Until then they
  /// wait, so that a client that was patient while weftd restarted gets its answer; after ten seconds they
  /// get the 503.
  void store_synced();
  /// Answers one request. The FrontDoor must outlive the coroutine.
  asio::awaitable<http::Response> handle(http::Request request);

 private:
  http::Response health() const;

  Api& api_;
  store::Store& store_;
  Metrics& metrics_;
  asio::steady_timer first_sync_;  ///< expired since the first synchronisation
};

}  // namespace weft::neutron
