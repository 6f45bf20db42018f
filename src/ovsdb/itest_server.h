#pragma once
// A real ovsdb-server in a directory of its own, for integration tests.

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace weft::ovsdb {

/// A new directory under the system's temporary one; removed with everything in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  std::string path(const std::string& name) const { return (root_ / name).string(); }

 private:
  std::filesystem::path root_;
};

/// Runs a program to its end; its exit status, or -1.
int run_program(const TemporaryDirectory& where, const std::vector<std::string>& command);

/// One ovsdb-server on `unix:NAME.sock`, with the database file NAME.db that must exist. It is killed with
/// the test.
class ServerProcess {
 public:
  ServerProcess(const TemporaryDirectory& where, std::string name);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;

  /// Starts it; it may not listen yet.
  void start();
  /// kill -9; returns when it is gone.
  void kill();
  std::string remote() const { return "unix:" + where_.path(name_ + ".sock"); }

 private:
  const TemporaryDirectory& where_;
  std::string name_;
  pid_t pid_ = -1;
};

/// A schema of a few typical tables, written to a file: Port (two unique indexes, a set, a map, an optional
/// column) and Log.
std::string write_test_schema(const TemporaryDirectory& where);

}  // namespace weft::ovsdb
