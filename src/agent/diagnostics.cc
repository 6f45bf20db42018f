#include "agent/diagnostics.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "fabric/cookie.h"
#include "fabric/pipeline.h"

namespace weft::agent {
namespace {

namespace json = boost::json;

http::Response json_response(const json::value& body, int status = 200) {
  http::Response response;
  response.status = status;
  response.body = json::serialize(body);
  return response;
}

http::Response failure(int status, std::string_view message) {
  return json_response(json::object{{"error", message}}, status);
}

json::array owners_of(const fabric::Compiler& compiler, const openflow::FlowKey& key,
                      const model::Intent& intent) {
  json::array owners;
  for (const auto& owner : compiler.owners(key)) {
    owners.push_back(json::object{{"kind", fabric::to_string(owner.kind)},
                                  {"id", owner.id.is_nil() ? owner.name : owner.id.to_string()},
                                  {"text", fabric::describe(owner, intent)}});
  }
  return owners;
}

}  // namespace

Result<void> Diagnostics::start() {
  http::Limits limits;
  limits.max_body = 0;
  limits.max_connections = 64;
  auto handler = [this](http::Request request) { return handle(std::move(request)); };
  WEFT_TRY(server_, http::Server::open(agent_.executor(), agent_.config().diagnostics, limits, handler));
  return {};
}

void Diagnostics::stop() {
  if (server_) server_->stop();
}

asio::awaitable<http::Response> Diagnostics::handle(http::Request request) {
  if (request.method != "GET") co_return failure(405, "this endpoint is read-only");
  if (request.path == "/healthz") co_return health();
  if (request.path == "/ports") co_return ports();
  if (request.path == "/flows") co_return co_await flows();
  if (request.path == "/metrics") {
    http::Response response;
    response.content_type = "text/plain; version=0.0.4";
    response.body = agent_.metrics().render();
    co_return response;
  }
  co_return failure(404, "there are /healthz, /metrics, /flows and /ports");
}

http::Response Diagnostics::health() const {
  json::object body{{"store", agent_.store().synced()},
                    {"switch_database", agent_.switch_db().known()},
                    {"switch", agent_.reconciler().connection() != nullptr},
                    {"flows", agent_.reconciler().settled()}};
  bool well = true;
  for (const auto& [name, value] : body) well = well && value.as_bool();
  return json_response(body, well ? 200 : 503);
}

http::Response Diagnostics::ports() const {
  json::array ports;
  for (const auto& [name, claim] : agent_.ports().claims()) {
    auto zone = agent_.ports().zones().zone_of(name);
    auto active = claim.state == Claim::State::kHere && agent_.reconciler().confirmed().contains(claim.port);
    ports.push_back(json::object{{"port", claim.port.to_string()},
                                 {"interface", name},
                                 {"ofport", claim.ofport},
                                 {"zone", zone.value_or(0)},
                                 {"state", active ? "active" : to_string(claim.state)},
                                 {"failure", claim.failure}});
  }
  return json_response(ports);
}

asio::awaitable<http::Response> Diagnostics::flows() {
  auto connection = agent_.reconciler().connection();
  if (!connection) co_return failure(503, "the switch is not connected");
  auto dump = co_await connection->dump_flows();
  if (!dump) co_return failure(503, dump.error().message);
  json::array flows;
  flows.reserve(dump->size());
  for (const auto& stats : *dump) {
    const auto& flow = stats.flow;
    flows.push_back(json::object{
        {"table", flow.key.table},
        {"table_name", fabric::table_name(flow.key.table)},
        {"text", openflow::to_text(flow)},
        {"packets", stats.packets},
        {"bytes", stats.bytes},
        {"cookie", fmt::format("0x{:016x}", flow.cookie)},
        {"owners", owners_of(agent_.reconciler().compiler(), flow.key, agent_.store().intent())}});
  }
  co_return json_response(flows);
}

}  // namespace weft::agent
