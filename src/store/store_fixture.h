#pragma once
// For integration tests: a real ovsdb-server on a fresh database, stores connected to it, and tasks run to
// their end.

#include <gtest/gtest.h>

#include <filesystem>

#include "store/local_server.h"
#include "store/store.h"

namespace weft::store {

class StoreFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "weft-store-XXXXXX").string();
    ASSERT_TRUE(mkdtemp(name.data()));
    directory_ = name;
    start_server();
  }

  void TearDown() override {
    if (server_) server_->stop();
    std::filesystem::remove_all(directory_);
  }

  void start_server() {
    auto started = LocalServer::start(io_.get_executor(), {.directory = directory_});
    ASSERT_TRUE(started) << started.error().message;
    server_ = std::move(*started);
  }

  /// A store that watches this, synced.
  std::unique_ptr<Store> connect(Scope scope = {}) {
    StoreOptions options{.remotes = {server_->remote()}, .scope = std::move(scope)};
    auto store = std::make_unique<Store>(io_.get_executor(), options);
    store->start();
    EXPECT_TRUE(run_until([&] { return store->synced(); })) << "the store does not sync";
    return store;
  }

  /// Runs the loop until `done` says so; false after 30 seconds.
  template <typename Done>
  bool run_until(Done done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    io_.restart();
    while (!done()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      io_.run_one_for(std::chrono::milliseconds(100));
    }
    return true;
  }

  template <typename T>
  Result<T> run(Task<T> task) {
    std::optional<Result<T>> result;
    spawn(std::move(task), [&result](Result<T> r) { result = std::move(r); });
    if (!run_until([&] { return result.has_value(); })) return fail(Errc::kTimeout, "the task does not end");
    return std::move(*result);
  }

  /// Starts a task; `then` gets its result while the loop runs.
  template <typename T, typename Then>
  void spawn(Task<T> task, Then then) {
    asio::co_spawn(io_, std::move(task), [then](std::exception_ptr fault, Result<T> result) mutable {
      if (fault) std::rethrow_exception(fault);
      then(std::move(result));
    });
  }

  asio::io_context io_;
  std::filesystem::path directory_;
  std::unique_ptr<LocalServer> server_;
};

}  // namespace weft::store
