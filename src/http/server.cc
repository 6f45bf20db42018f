#include <unistd.h>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <unordered_map>

#include "base/log.h"
#include "http/connection.h"
#include "http/http.h"

namespace weft::http {
namespace {

/// Time to wait when the process has no file descriptor left for another client.
constexpr auto kAcceptPause = std::chrono::milliseconds(100);

class AcceptingServer : public Server, public std::enable_shared_from_this<AcceptingServer> {
 public:
  AcceptingServer(Acceptor acceptor, Limits limits, Handler handler, Refusal refusal)
      : acceptor_(std::move(acceptor)),
        pause_(acceptor_.get_executor()),
        limits_(limits),
        handler_(std::move(handler)),
        refusal_(std::move(refusal)) {
    boost::system::error_code error;
    endpoint_ = to_string(acceptor_.local_endpoint(error));
  }

  std::string endpoint() const override { return endpoint_; }

  void start() {
    asio::co_spawn(acceptor_.get_executor(), accept_all(), [self = shared_from_this()](auto&&...) {});
  }

  void drain(std::function<void()> done) override {
    close_door();
    drained_ = std::move(done);
    for (const auto& [key, connection] : connections_)
      if (auto open = connection.lock()) open->drain();
    if (connections_.empty()) report_drained();
  }

  void stop() override {
    close_door();
    drained_ = nullptr;
    for (const auto& [key, connection] : std::exchange(connections_, {}))
      if (auto open = connection.lock()) open->stop();
  }

 private:
  void close_door() {
    if (!acceptor_.is_open()) return;
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    if (endpoint_.starts_with("unix:")) unlink(endpoint_.c_str() + 5);
  }

  void forget(std::uint64_t key) {
    connections_.erase(key);
    if (connections_.empty()) report_drained();
  }

  void report_drained() {
    if (drained_) asio::post(acceptor_.get_executor(), std::exchange(drained_, nullptr));
  }

  asio::awaitable<void> accept_all() {
    while (acceptor_.is_open()) {
      auto [error, socket] = co_await acceptor_.async_accept(use_tuple);
      if (!error) {
        welcome(std::move(socket));
      } else if (error == asio::error::no_descriptors && make_room()) {
        continue;  // the client that knocked is still in the queue
      } else if (acceptor_.is_open()) {
        log::warn("http.accept_failed", {{"reason", error.message()}});
        pause_.expires_after(kAcceptPause);
        co_await pause_.async_wait(use_tuple);
      }
    }
  }

  void welcome(Socket socket) {
    bool full = connections_.size() >= static_cast<std::size_t>(limits_.max_connections);
    if (full && !make_room()) return turn_away(std::move(socket));
    auto key = next_key_++;
    // A connection lives as long as its coroutines, which may be longer than the server: it holds what it
    // refers to.
    auto connection = std::make_shared<Connection>(std::move(socket), limits_, handler_, refusal_,
                                                   [keep = shared_from_this(), key] { keep->forget(key); });
    connections_.emplace(key, connection);
    connection->start();
  }

  /// Closes the connection that has waited longest for its client: slow and idle clients must not shut the
  /// others out. False when the handler is busy with all.
  bool make_room() {
    std::shared_ptr<Connection> longest;
    for (const auto& [key, connection] : connections_) {
      auto open = connection.lock();
      if (!open || !open->waiting_since()) continue;
      if (!longest || *open->waiting_since() < *longest->waiting_since()) longest = std::move(open);
    }
    if (longest) longest->stop();
    return longest != nullptr;
  }

  void turn_away(Socket socket) {
    auto refusal = refusal_(503, "too many requests at once");
    auto text = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Type: " +
                refusal.content_type + "\r\nContent-Length: " + std::to_string(refusal.body.size()) +
                "\r\n\r\n" + refusal.body;
    boost::system::error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(text), ignored);
  }

  Acceptor acceptor_;
  asio::steady_timer pause_;
  Limits limits_;
  Handler handler_;
  Refusal refusal_;
  std::string endpoint_;
  std::function<void()> drained_;
  std::uint64_t next_key_ = 0;
  std::unordered_map<std::uint64_t, std::weak_ptr<Connection>> connections_;
};

/// What the caller owns: letting it go stops the server, while requests under way keep what they need.
class ServerHandle : public Server {
 public:
  explicit ServerHandle(std::shared_ptr<AcceptingServer> server) : server_(std::move(server)) {}
  ~ServerHandle() override { server_->stop(); }
  std::string endpoint() const override { return server_->endpoint(); }
  void drain(std::function<void()> done) override { server_->drain(std::move(done)); }
  void stop() override { server_->stop(); }

 private:
  std::shared_ptr<AcceptingServer> server_;
};

}  // namespace

Response plain_refusal(int status, const std::string& reason) {
  Response response;
  response.status = status;
  response.body = reason + "\n";
  response.content_type = "text/plain";
  return response;
}

Result<std::unique_ptr<Server>> Server::open(asio::any_io_executor executor, const std::string& endpoint,
                                             Limits limits, Handler handler, Refusal refusal) {
  WEFT_TRY(auto acceptor, listen(executor, endpoint));
  auto server =
      std::make_shared<AcceptingServer>(std::move(acceptor), limits, std::move(handler), std::move(refusal));
  server->start();
  return std::make_unique<ServerHandle>(std::move(server));
}

}  // namespace weft::http
