#pragma once
// Lets coroutines wait until somebody says that something changed; they look for themselves what it was.

#include <chrono>
#include <list>
#include <memory>

#include "base/asio.h"

namespace weft::agent {

class Signal {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  explicit Signal(asio::any_io_executor executor) : executor_(executor) {}

  /// Wakes everybody who waits now.
  void notify();
  /// True when notified, false when the deadline passed.
  asio::awaitable<bool> wait_until(Deadline deadline);

 private:
  asio::any_io_executor executor_;
  std::list<std::shared_ptr<asio::steady_timer>> waiting_;
};

}  // namespace weft::agent
