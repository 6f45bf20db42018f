#include "agent/cni_server.h"

#include <chrono>
#include <filesystem>

#include "base/log.h"
#include "cni/protocol.h"
#include "cni/result.h"

namespace weft::agent {
namespace {

constexpr std::size_t kMaxBody = 1 << 20;

/// The HTTP status is for people who look with curl; weft-cni only tells 200 from the rest.
int status_of(const Error& error) {
  switch (error.code) {
    case Errc::kInvalid:
    case Errc::kProtocol:
      return 400;
    case Errc::kForbidden:
      return 403;
    case Errc::kNotFound:
      return 404;
    case Errc::kConflict:
    case Errc::kExhausted:
      return 409;
    case Errc::kUnavailable:
      return 503;
    case Errc::kTimeout:
      return 504;
    case Errc::kInternal:
      return 500;
  }
  return 500;
}

http::Response failure(std::string_view version, const Error& error,
                       cni::Command command = cni::Command::kAdd) {
  auto describe = command == cni::Command::kDel ? cni::del_error_json : cni::error_json;
  return {.status = status_of(error), .body = describe(version, error)};
}

void make_parent(const std::string& path) {
  std::error_code ignored;  // listening says it better
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
}

}  // namespace

Result<std::unique_ptr<CniServer>> CniServer::open(NodeServices& services, const std::string& socket_path) {
  std::unique_ptr<CniServer> server(new CniServer(services));
  make_parent(socket_path);
  auto handler = [self = server.get()](http::Request request) { return self->serve(std::move(request)); };
  WEFT_TRY(server->server_, http::Server::open(services.executor(), "unix:" + socket_path,
                                               http::Limits{.max_body = kMaxBody}, handler));
  std::error_code failed;
  std::filesystem::permissions(
      socket_path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, failed);
  if (failed) return fail(Errc::kUnavailable, "chmod 0600 " + socket_path + ": " + failed.message());
  return server;
}

void CniServer::stop() {
  server_->stop();
}

asio::awaitable<http::Response> CniServer::serve(http::Request request) {
  auto command = cni::parse_request_path(request.path);
  if (!command || request.method != "POST") {
    co_return failure(cni::kLatestVersion, Error(Errc::kNotFound, "POST /cni/add, /cni/del or /cni/check"));
  }
  auto attachment = cni::parse_attachment(request.body);
  if (!attachment) co_return failure(cni::kLatestVersion, attachment.error());
  auto started = std::chrono::steady_clock::now();
  auto answer = co_await dispatch(*command, *attachment);
  auto took =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - started);
  std::string name(cni::to_string(*command));
  services_.metrics()
      .counter("weft_cni_requests_total", "CNI calls by command and outcome",
               {{"command", name}, {"outcome", answer ? "ok" : std::string(to_string(answer.error().code))}})
      .add();
  services_.metrics()
      .counter("weft_cni_microseconds_total", "Time spent in CNI calls, by command", {{"command", name}})
      .add(static_cast<std::uint64_t>(took.count()));
  if (answer) co_return http::Response{.status = 200, .body = std::move(*answer)};
  log::warn("cni.failed",
            {{"command", name}, {"container", attachment->container_id}, {"error", answer.error().message}});
  co_return failure(attachment->config.version, answer.error(), *command);
}

Task<std::string> CniServer::dispatch(cni::Command command, cni::Attachment attachment) {
  if (command == cni::Command::kAdd) {
    WEFT_CO_TRY(auto wiring, co_await wiring_.add(attachment));
    co_return cni::result_json(attachment.config.version, wiring);
  }
  if (command == cni::Command::kDel) {
    WEFT_CO_CHECK(co_await wiring_.del(attachment));
  } else {
    WEFT_CO_CHECK(co_await wiring_.check(attachment));
  }
  co_return std::string();
}

}  // namespace weft::agent
