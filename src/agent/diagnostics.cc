#include "agent/diagnostics.h"

#include <fmt/format.h>

#include <algorithm>
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

const std::string* find_query(const http::Request& request, std::string_view name) {
  auto found = std::ranges::find(request.query, name, &std::pair<std::string, std::string>::first);
  return found == request.query.end() ? nullptr : &found->second;
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
  if (request.path == "/metrics") co_return co_await metrics();
  if (request.path == "/drops" && find_query(request, "follow")) co_return follow_drops(request);
  if (request.path == "/drops") co_return co_await drops();
  co_return failure(404, "there are /healthz, /metrics, /flows, /ports and /drops");
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

/// Asked of the switch at each scrape: nobody polls.
Task<std::vector<DropCount>> Diagnostics::drop_counts() {
  auto connection = agent_.reconciler().connection();
  if (!connection) co_return fail(Errc::kUnavailable, "the switch is not connected");
  WEFT_CO_TRY(auto flows,
              co_await connection->dump_flows(0xff, fabric::kDropCookieBit, fabric::kDropCookieBit));
  auto owners = [this](const openflow::FlowKey& key) { return agent_.reconciler().compiler().owners(key); };
  WEFT_CO_TRY(auto meters, co_await connection->meter_stats());
  DropTally tally(agent_.store().intent());
  tally.add(flows, owners);
  tally.add(meters, [this](std::uint32_t ofport) { return agent_.packet_ins().port_at(ofport); });
  tally.add(agent_.packet_ins().refusals());
  co_return tally.counts();
}

asio::awaitable<http::Response> Diagnostics::metrics() {
  auto drops = co_await drop_counts();
  http::Response response;
  response.content_type = "text/plain; version=0.0.4";
  response.body = agent_.metrics().render();
  if (drops) response.body += to_metrics(*drops);
  co_return response;
}

asio::awaitable<http::Response> Diagnostics::drops() {
  auto counts = co_await drop_counts();
  if (!counts) co_return failure(503, counts.error().message);
  co_return json_response(to_json(*counts));
}

http::Response Diagnostics::follow_drops(const http::Request& request) {
  std::optional<Uuid> port;
  if (const auto* text = find_query(request, "port")) {
    port = Uuid::parse(*text);
    if (!port) return failure(400, "port is a port's id");
  }
  auto stream = agent_.drop_followers().follow(port);
  if (!stream) return failure(503, stream.error().message);
  http::Response response;
  response.content_type = "application/x-ndjson";
  response.stream = std::move(*stream);
  return response;
}

}  // namespace weft::agent
