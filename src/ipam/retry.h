#pragma once
// Lost races: when another writer was faster, look again and try again.

#include <algorithm>
#include <chrono>
#include <random>

#include "base/asio.h"
#include "store/conflict.h"

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

/// Is another try worth it? Others who change the same object, or give out addresses of a subnet that is to
/// go, end some day (until `deadline`); what another object has taken stays taken.
inline bool worth_another_try(const Error& lost, int attempt,
                              std::chrono::steady_clock::time_point deadline) {
  if (lost.code != Errc::kConflict) return false;
  using Kind = store::Conflict::Kind;
  const auto kind = store::read_conflict(lost).kind;
  if (kind != Kind::kPrecondition && kind != Kind::kStillReferenced) return attempt < kTries;
  return std::chrono::steady_clock::now() < deadline;
}

/// For callers, when no other try is worth it: the store's refusal is no word of the API's.
inline Error after_last_try(const Error& lost) {
  if (store::read_conflict(lost).kind == store::Conflict::Kind::kNone) return lost;
  return {Errc::kUnavailable, "Too many change this at once; try again."};
}

}  // namespace weft::ipam
