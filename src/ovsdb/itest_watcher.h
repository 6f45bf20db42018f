#pragma once
// What integration tests of the client share: running the event loop until a condition holds, and a client
// that notes what it was told.

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ovsdb/client.h"

namespace weft::ovsdb {

/// Handles events until `done` says so; false when that takes too long.
inline bool run_until(asio::io_context& io, const std::function<bool()>& done) {
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    io.restart();
    io.run_one_for(std::chrono::milliseconds(100));
  }
  return true;
}

/// Runs a task of a client to its end.
template <typename T>
Result<T> complete(asio::io_context& io, Task<T> task) {
  std::optional<Result<T>> result;
  asio::co_spawn(io, std::move(task), [&result](std::exception_ptr, Result<T> r) { result = std::move(r); });
  if (!run_until(io, [&] { return result.has_value(); })) return fail(Errc::kTimeout, "no answer");
  return *result;
}

/// A client and what it reported.
struct Watcher {
  Watcher(asio::io_context& io, ClientOptions options) : client(io.get_executor(), std::move(options)) {
    client.on_changes([this](const Changes& now) { changes.insert(changes.end(), now.begin(), now.end()); });
    client.on_state([this](bool synced) { states.push_back(synced); });
    client.start();
  }
  bool saw_insert(const Uuid& id) const {
    return std::any_of(changes.begin(), changes.end(),
                       [&](const RowChange& c) { return c.id == id && c.after; });
  }

  Client client;
  Changes changes;
  std::vector<bool> states;
};

/// Options that watch every row of the test schema.
inline ClientOptions all_of(const std::string& remote) {
  TableMonitor port{.table = "Port"};
  TableMonitor log{.table = "Log"};
  ClientOptions options;
  options.remotes = {remote};
  options.database = "Test";
  options.monitors = {port, log};
  return options;
}

inline Row port_row(const std::string& name, const Uuid& network = Uuid::random(),
                    const std::string& address = "10.0.0.1") {
  return Row{{"name", name.c_str()}, {"network", Datum(Atom(network))}, {"address", address.c_str()}};
}

}  // namespace weft::ovsdb
