#include "neutron/api.h"

#include <charconv>

#include "base/log.h"
#include "neutron/discovery.h"
#include "neutron/tags.h"
#include "neutron/utf8.h"

namespace weft::neutron {
namespace {

constexpr std::string_view kVersion = "v2.0";

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    auto slash = path.find('/');
    auto segment = path.substr(0, slash);
    if (!segment.empty()) segments.emplace_back(segment);
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return segments;
}

std::string base_url(const http::Request& request) {
  auto host = request.headers.find("host");
  return "http://" + (host == request.headers.end() ? std::string("localhost") : host->second);
}

http::Response respond(int status, std::string body = {}) {
  http::Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

bool is_get(const http::Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

/// "If-Match: revision_number=N". Errors: HTTPBadRequest.
Result<IfRevision> if_match(const http::Request& request) {
  static constexpr std::string_view kPrefix = "revision_number=";
  auto header = request.headers.find("if-match");
  if (header == request.headers.end()) return IfRevision();
  std::string_view text = header->second;
  std::int64_t revision = 0;
  if (text.starts_with(kPrefix)) {
    text.remove_prefix(kPrefix.size());
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), revision);
    if (error == std::errc() && end == text.data() + text.size()) return IfRevision(revision);
  }
  return bad_request("Invalid value for If-Match: expected revision_number=N");
}

std::vector<std::string> fields_of_query(const http::Request& request) {
  std::vector<std::string> fields;
  for (const auto& [name, value] : request.query)
    if (name == "fields" && !value.empty()) fields.push_back(value);
  return fields;
}

/// Path and query, decoded, may be any bytes; the store and the answers are UTF-8.
Result<void> check_text(const http::Request& request) {
  bool sound = is_utf8(request.path);
  for (const auto& [name, value] : request.query) sound = sound && is_utf8(name) && is_utf8(value);
  if (sound) return {};
  return bad_request("The request target is not UTF-8");
}

/// Whoever asks about the objects of one project asks in its place.
Context asked_about(Context context, const http::Request& request) {
  for (const auto& [name, value] : request.query)
    if (context.admin && (name == "project_id" || name == "tenant_id") && !value.empty())
      context.project_id = value;
  return context;
}

/// Known methods, so that clients can't fill the memory with labels.
std::string_view method_label(std::string_view method) {
  for (std::string_view known : {"GET", "POST", "PUT", "DELETE", "HEAD"})
    if (known == method) return known;
  return "other";
}

}  // namespace

Api::Api(const Services& services, std::unique_ptr<Authenticator> authenticator)
    : store_(services.store),
      authenticator_(std::move(authenticator)),
      resources_(make_resources(services)) {}

asio::awaitable<http::Response> Api::handle(http::Request request) {
  auto method = request.method;
  auto path = request.path;
  auto answered = co_await answer(std::move(request));
  auto response = answered ? std::move(*answered) : to_response(answered.error());
  if (response.status >= 500)
    log::warn("api.failed", {{"method", method},
                             {"path", path},
                             {"status", response.status},
                             {"reason", answered ? std::string() : answered.error().message}});
  response.headers["X-Openstack-Request-Id"] = "req-" + Uuid::random().to_string();
  count(method, response.status);
  co_return response;
}

void Api::count(const std::string& method, int status) {
  if (!metrics_) return;
  Labels labels{{"method", std::string(method_label(method))},
                {"status", std::to_string(status / 100) + "xx"}};
  metrics_
      ->counter("weft_api_requests_total", "Networking API requests by method and class of status", labels)
      .add();
}

Task<http::Response> Api::answer(http::Request request) {
  WEFT_CO_CHECK(check_text(request));
  auto path = split_path(request.path);
  if (path.empty()) co_return respond(200, versions_body(base_url(request)));
  if (path.front() != kVersion) co_return fail(no_such_path());
  path.erase(path.begin());
  if (path.empty() || path.front() == "extensions") co_return discover(request, path);
  ever_synced_ = ever_synced_ || store_.synced();
  if (!ever_synced_) co_return fail(Errc::kUnavailable, "The store has not been reached yet.");
  WEFT_CO_TRY(auto context, co_await authenticator_->authenticate(request.headers));
  Call call;
  call.context = std::move(context);
  call.path = std::move(path);
  call.request = std::move(request);
  for (const auto& resource : resources_)
    if (resource->names().path == call.path.front()) call.resource = resource.get();
  if (!call.resource) co_return fail(no_such_path());
  co_return co_await answer_resource(std::move(call));
}

Result<http::Response> Api::discover(const http::Request& request,
                                     const std::vector<std::string>& path) const {
  if (!is_get(request)) return fail(no_such_method());
  if (path.empty()) return respond(200, resources_body(base_url(request), resources_));
  if (path.size() == 1) return respond(200, extensions_body());
  if (path.size() > 2) return fail(no_such_path());
  WEFT_TRY(auto body, extension_body(path[1]));
  return respond(200, std::move(body));
}

Task<http::Response> Api::answer_resource(Call call) {
  if (call.path.size() == 1) co_return co_await answer_collection(std::move(call));
  auto id = Uuid::parse(call.path[1]);
  if (!id) co_return fail(call.resource->not_found(call.path[1]));
  call.id = *id;
  if (call.path.size() == 2) co_return co_await answer_object(std::move(call));
  if (call.path.size() == 3 && call.resource->has_action(call.path[2]))
    co_return co_await answer_action(std::move(call));
  if (call.path[2] == "tags" && call.path.size() <= 4) co_return co_await answer_tags(std::move(call));
  co_return fail(no_such_path());
}

Task<http::Response> Api::answer_collection(Call call) {
  if (call.request.method == "POST") co_return co_await create(std::move(call));
  if (!is_get(call.request)) co_return fail(no_such_method());
  co_await call.resource->prepare(asked_about(call.context, call.request));  // reading goes on without it
  co_return list(call);
}

Task<http::Response> Api::answer_object(Call call) {
  if (is_get(call.request)) co_return show(call, 200);
  if (call.request.method == "PUT") co_return co_await update(std::move(call));
  if (call.request.method == "DELETE") co_return co_await remove(std::move(call));
  co_return fail(no_such_method());
}

Result<http::Response> Api::list(const Call& call) const {
  const auto& names = call.resource->names();
  ListRequest request;
  request.collection = std::string(names.plural);
  request.url = base_url(call.request) + "/v2.0/" + std::string(names.path);
  request.pairs = call.request.query;
  WEFT_TRY(auto body, call.resource->list(call.context, request));
  return respond(200, std::move(body));
}

Result<http::Response> Api::show(const Call& call, int status) const {
  JsonWriter json;
  json.begin_object().key(call.resource->names().singular);
  if (!call.resource->render(call.context, call.id, fields_of_query(call.request), json))
    return fail(call.resource->not_found(call.id.to_string()));
  json.end_object();
  return respond(status, json.take());
}

Task<http::Response> Api::create(Call call) {
  const auto& names = call.resource->names();
  WEFT_CO_TRY(auto bodies, parse_create_body(call.request.body, names.singular, names.plural));
  std::vector<json::object> valid;
  for (const auto& body : bodies.objects) {
    WEFT_CO_TRY(auto object, validate_create(call.resource->attributes(), body));
    valid.push_back(std::move(object));
  }
  WEFT_CO_CHECK(co_await call.resource->prepare(call.context));
  WEFT_CO_TRY(auto ids, co_await call.resource->create(call.context, std::move(valid)));
  if (!bodies.bulk) {
    call.id = ids.front();
    co_return show(call, 201);
  }
  JsonWriter json;
  json.begin_object().key(names.plural).begin_array();
  for (const auto& id : ids) call.resource->render(call.context, id, {}, json);
  json.end_array().end_object();
  co_return respond(201, json.take());
}

Task<http::Response> Api::update(Call call) {
  WEFT_CO_TRY(auto revision, if_match(call.request));
  WEFT_CO_TRY(auto body, parse_update_body(call.request.body, call.resource->names().singular));
  WEFT_CO_TRY(auto valid, validate_update(call.resource->attributes(), body));
  WEFT_CO_CHECK(show(call, 200));  // what the caller can't see, it can't change
  WEFT_CO_CHECK(co_await call.resource->update(call.context, call.id, std::move(valid), revision));
  co_return show(call, 200);
}

Task<http::Response> Api::remove(Call call) {
  WEFT_CO_CHECK(show(call, 200));
  WEFT_CO_CHECK(co_await call.resource->remove(call.context, call.id));
  co_return respond(204);
}

Task<http::Response> Api::answer_action(Call call) {
  if (call.request.method != "PUT") co_return fail(no_such_method());
  WEFT_CO_CHECK(show(call, 200));
  WEFT_CO_TRY(auto body, parse_object(call.request.body));
  WEFT_CO_CHECK(co_await call.resource->act(call.id, call.path[2], std::move(body)));
  co_return show(call, 200);
}

Task<http::Response> Api::answer_tags(Call call) {
  WEFT_CO_CHECK(show(call, 200));
  const auto* tags = call.resource->tags(call.id);
  if (!tags) co_return fail(no_such_path());
  if (!is_get(call.request)) co_return co_await change_tags(std::move(call));
  if (call.path.size() == 3) co_return respond(200, tags_body(*tags));
  WEFT_CO_CHECK(find_tag(*tags, call.path[3], call.path[1]));
  co_return respond(204);
}

Task<http::Response> Api::change_tags(Call call) {
  TagRequest wanted;
  wanted.method = call.request.method;
  wanted.body = call.request.body;
  wanted.object = call.path[1];
  if (call.path.size() == 4) wanted.tag = call.path[3];
  WEFT_CO_TRY(auto change, change_of_tags(*call.resource->tags(call.id), wanted));
  WEFT_CO_CHECK(co_await call.resource->set_tags(call.id, change.tags));
  co_return respond(change.status, change.status == 200 ? tags_body(change.tags) : std::string());
}

}  // namespace weft::neutron
