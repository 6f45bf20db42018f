#include "neutron/front_door.h"

namespace weft::neutron {
namespace {

constexpr auto kPatience = std::chrono::seconds(10);

}  // namespace

FrontDoor::FrontDoor(asio::any_io_executor executor, Api& api, store::Store& store, Metrics& metrics)
    : api_(api), store_(store), metrics_(metrics), first_sync_(executor, kPatience) {}

void FrontDoor::store_synced() {
  first_sync_.expires_at(asio::steady_timer::time_point::min());
}

asio::awaitable<http::Response> FrontDoor::handle(http::Request request) {
  if (request.path == "/healthz") co_return health();
  if (request.path != "/metrics") {
    if (!store_.synced()) co_await first_sync_.async_wait(use_tuple);
    co_return co_await api_.handle(std::move(request));
  }
  http::Response response;
  response.content_type = "text/plain; version=0.0.4";
  response.body = metrics_.render();
  co_return response;
}

http::Response FrontDoor::health() const {
  http::Response response;
  response.status = store_.synced() ? 200 : 503;
  response.content_type = "text/plain";
  response.body = store_.synced() ? "ok\n" : "the store is not connected\n";
  return response;
}

}  // namespace weft::neutron
