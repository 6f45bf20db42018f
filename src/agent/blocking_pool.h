#pragma once
// A few threads for calls that block in the kernel (rtnetlink, namespaces), so that the agent's loop does
// not.

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <utility>

#include "base/asio.h"

namespace weft::agent {

class BlockingPool {
 public:
  explicit BlockingPool(std::size_t threads) : threads_(threads) {}
  ~BlockingPool() { threads_.join(); }

  /// Runs `work` on one of the threads and resumes the caller on its own executor with what it returned.
  template <typename T>
  Task<T> run(std::function<Result<T>()> work) {
    auto start = [this](auto handler, std::function<Result<T>()> job) {
      this->template launch<T>(std::move(handler), std::move(job));
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Result<T>)>(
        start, asio::use_awaitable, work);
  }

 private:
  template <typename T, typename Handler>
  void launch(Handler handler, std::function<Result<T>()> job) {
    // The guard keeps the caller's loop alive while only this pool works for it.
    auto home = asio::make_work_guard(asio::get_associated_executor(handler));
    asio::post(threads_, [home, job = std::move(job), handler = std::move(handler)]() mutable {
      asio::post(home.get_executor(), [result = job(), handler = std::move(handler)]() mutable {
        std::move(handler)(std::move(result));
      });
    });
  }

  asio::thread_pool threads_;
};

}  // namespace weft::agent
