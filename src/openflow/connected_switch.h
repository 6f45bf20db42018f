#pragma once
// A fixture for integration tests: a real switch that is connected to this process.

#include <gtest/gtest.h>

#include <chrono>

#include "openflow/connection.h"
#include "openflow/real_switch.h"

namespace weft::openflow {

inline std::vector<FlowMod> additions(const std::vector<Flow>& flows) {
  std::vector<FlowMod> out;
  for (const Flow& flow : flows) out.push_back({FlowMod::Command::kAdd, flow});
  return out;
}

class ConnectedSwitch : public testing::Test {
 protected:
  ConnectedSwitch() {
    Listener::Handlers handlers;
    handlers.connected = [this](std::shared_ptr<Connection> c) { connection = std::move(c); };
    handlers.disconnected = [this](const std::shared_ptr<Connection>& c) {
      if (connection == c) connection.reset();
    };
    handlers.packet_in = [this](const std::shared_ptr<Connection>&, PacketIn p) {
      packets.push_back(std::move(p));
    };
    listener = std::move(*Listener::open(io.get_executor(), "127.0.0.1", 0, handlers, metrics));
    real.add_bridge("br-test", listener->port());
    run_until([this] { return connection != nullptr; });
  }

  void run_until(const std::function<bool()>& condition) {
    auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!condition() && std::chrono::steady_clock::now() < deadline)
      io.run_one_for(std::chrono::seconds(1));
    ASSERT_TRUE(condition());
  }

  /// Runs one asynchronous operation to its end.
  template <typename T>
  Result<T> await(Task<T> task) {
    std::optional<Result<T>> result;
    asio::co_spawn(io, std::move(task),
                   [&](std::exception_ptr, Result<T> r) { result.emplace(std::move(r)); });
    while (!result && io.run_one_for(std::chrono::seconds(40)) > 0) {
    }
    return result ? std::move(*result) : Result<T>(fail(Errc::kInternal, "the operation never ended"));
  }

  Metrics metrics;
  asio::io_context io;
  RealSwitch real;
  std::shared_ptr<Connection> connection;
  std::vector<PacketIn> packets;
  std::unique_ptr<Listener> listener;
};

}  // namespace weft::openflow
