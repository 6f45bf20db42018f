#include <boost/asio/ip/tcp.hpp>
#include <set>

#include "base/log.h"
#include "openflow/switch_connection.h"

namespace weft::openflow {
namespace {

using asio::ip::tcp;

class TcpListener final : public Listener {
 public:
  TcpListener(tcp::acceptor acceptor, Handlers handlers, Metrics& metrics)
      : state_(std::make_shared<State>(std::move(acceptor), std::move(handlers), metrics)) {
    accept(state_);
  }
  ~TcpListener() override { stop(); }

  std::uint16_t port() const override {
    boost::system::error_code ec;
    auto endpoint = state_->acceptor.local_endpoint(ec);
    return ec ? 0 : endpoint.port();
  }

  void stop() override {
    boost::system::error_code ignored;
    state_->acceptor.close(ignored);
    for (auto& weak : std::exchange(state_->connections, {})) {
      if (auto connection = weak.lock()) connection->retire();
    }
  }

 private:
  using Weak = std::weak_ptr<SwitchConnection>;
  /// Outlives the listener while a handler is under way.
  struct State {
    State(tcp::acceptor a, Handlers h, Metrics& m)
        : acceptor(std::move(a)), handlers(std::move(h)), metrics(m) {}
    tcp::acceptor acceptor;
    Handlers handlers;
    ConnectionMetrics metrics;
    std::set<Weak, std::owner_less<Weak>> connections;
  };

  static void accept(const std::shared_ptr<State>& state) {
    state->acceptor.async_accept([state](boost::system::error_code ec, tcp::socket socket) {
      if (!state->acceptor.is_open()) return;
      if (ec) {
        log::warn("openflow.accept_failed", {{"reason", ec.message()}});
      } else {
        adopt(*state, std::move(socket));
      }
      accept(state);
    });
  }

  static void adopt(State& state, tcp::socket socket) {
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    std::erase_if(state.connections, [](const Weak& weak) { return weak.expired(); });
    auto connection = std::make_shared<SwitchConnection>(std::move(socket), state.handlers, state.metrics);
    state.connections.insert(connection);
    connection->start();
  }

  std::shared_ptr<State> state_;
};

}  // namespace

Result<std::unique_ptr<Listener>> Listener::open(asio::any_io_executor executor, const std::string& address,
                                                 std::uint16_t port, Handlers handlers, Metrics& metrics) {
  boost::system::error_code ec;
  auto ip = asio::ip::make_address(address, ec);
  tcp::acceptor acceptor(executor);
  tcp::endpoint endpoint(ip, port);
  if (!ec) acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(tcp::acceptor::max_listen_connections, ec);
  if (ec)
    return weft::fail(Errc::kUnavailable, fmt::format("listen on {}:{}: {}", address, port, ec.message()));
  return std::unique_ptr<Listener>(
      std::make_unique<TcpListener>(std::move(acceptor), std::move(handlers), metrics));
}

}  // namespace weft::openflow
