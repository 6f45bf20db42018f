#pragma once
// Lost races: when another writer was faster, look again and try again.

#include <algorithm>
#include <chrono>
#include <random>

#include "base/asio.h"

namespace weft::ipam {

inline constexpr int kTries = 10;

/// How long a change of a busy object goes on trying: of those that race, each round lets at least one win.
inline constexpr auto kPatience = std::chrono::seconds(5);

/// A moment that grows with the attempts: a follower of a cluster can be behind the leader that refused the
/// write. Chance spreads those who lost together.
inline asio::awaitable<void> pause_before_retry(int attempt) {
  static thread_local std::minstd_rand generator{std::random_device{}()};
  const int longest = std::min(attempt, 20);
  std::uniform_int_distribution<int> milliseconds((longest + 1) / 2, longest);
  auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, std::chrono::milliseconds(milliseconds(generator)));
  co_await timer.async_wait(use_tuple);
}

}  // namespace weft::ipam
