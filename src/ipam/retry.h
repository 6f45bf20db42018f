#pragma once
// Lost races: when another writer was faster, look again and try again.

#include "base/asio.h"

namespace weft::ipam {

inline constexpr int kTries = 10;

/// A moment that grows with the attempts: a follower of a cluster can be behind the leader that refused the
/// write.
inline asio::awaitable<void> pause_before_retry(int attempt) {
  auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, std::chrono::milliseconds(attempt));
  co_await timer.async_wait(use_tuple);
}

}  // namespace weft::ipam
