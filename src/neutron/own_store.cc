#include "neutron/own_store.h"

#include "base/log.h"

namespace weft::neutron {
namespace {

constexpr auto kPauseBeforeRestart = std::chrono::seconds(1);

}  // namespace

OwnStore::OwnStore(asio::any_io_executor executor, const Config& config)
    : executor_(executor), pause_(executor), options_{config.store_dir, config.store_listen} {}

Result<void> OwnStore::start() {
  WEFT_TRY(server_, store::LocalServer::start(executor_, options_));
  log::info("store.started", {{"remote", server_->remote()}, {"pid", server_->pid()}});
  server_->on_death([this](int status) {
    log::error("store.died", {{"wait_status", status}});
    asio::post(executor_, [this] { start_again(); });  // not from within the server that goes away
  });
  return {};
}

void OwnStore::start_again() {
  if (stopping_) return;
  auto started = start();
  if (started) return;
  log::error("store.start_failed", {{"reason", started.error().message}});
  pause_.expires_after(kPauseBeforeRestart);
  pause_.async_wait([this](boost::system::error_code aborted) {
    if (!aborted) start_again();
  });
}

void OwnStore::stop() {
  stopping_ = true;
  pause_.cancel();
  if (server_) server_->stop();
}

}  // namespace weft::neutron
