#pragma once
// The store of a controller that was given no address: weftd's own ovsdb-server, started again when it dies.

#include "base/asio.h"
#include "neutron/config.h"
#include "store/local_server.h"

namespace weft::neutron {

class OwnStore {
 public:
  OwnStore(asio::any_io_executor executor, const Config& config);
  /// Errors: as store::LocalServer.
  Result<void> start();
  void stop();
  std::string remote() const { return server_->remote(); }

 private:
  void start_again();

  asio::any_io_executor executor_;
  asio::steady_timer pause_;
  store::LocalServerOptions options_;
  std::unique_ptr<store::LocalServer> server_;
  bool stopping_ = false;
};

}  // namespace weft::neutron
