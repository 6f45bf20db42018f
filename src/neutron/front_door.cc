#include "neutron/front_door.h"

namespace weft::neutron {

asio::awaitable<http::Response> FrontDoor::handle(http::Request request) {
  if (request.path == "/healthz") co_return health();
  if (request.path != "/metrics") co_return co_await api_.handle(std::move(request));
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
