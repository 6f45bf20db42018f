#pragma once
// The store of a single controller: an ovsdb-server of our own on a local file. For more, run a cluster and
// name it.

#include <filesystem>
#include <functional>
#include <memory>

#include "base/asio.h"

namespace weft::store {

struct LocalServerOptions {
  std::filesystem::path directory;  ///< made when missing; holds weft.db and the sockets
  std::vector<std::string> listen;  ///< further remotes for agents, e.g. "ptcp:6641:192.0.2.1"
};

/// A child process that ends with its owner, also when that is killed.
class LocalServer {
 public:
  /// Makes the database when there is none, converts one of an older version, starts ovsdb-server and returns
  /// when it accepts connections. Blocks for some tens of milliseconds: meant for a program's start. Errors:
  /// kUnavailable with what to look at.
  static Result<std::unique_ptr<LocalServer>> start(asio::any_io_executor executor,
                                                    LocalServerOptions options);
  ~LocalServer();
  LocalServer(const LocalServer&) = delete;

  /// What to connect to: "unix:DIRECTORY/store.sock".
  std::string remote() const;
  /// Called once, on the executor, when the server dies by itself.
  void on_death(std::function<void(int wait_status)> handler);
  /// Ends the server and waits for it; nothing when it is gone.
  void stop();
  int pid() const;

 private:
  struct Child;
  LocalServer(std::filesystem::path socket, std::shared_ptr<Child> child);

  std::filesystem::path socket_;
  std::shared_ptr<Child> child_;
};

}  // namespace weft::store
