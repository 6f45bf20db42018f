#pragma once
// The level-triggered loop that most of the agent's modules are: "something changed" marks it, and it makes
// the world match.

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/asio.h"
#include "base/metrics.h"

namespace weft::agent {

/// Runs a task when marked: one run at a time, and one more when marks came during it. A run that fails is
/// repeated by a back-off timer (or the next mark, whichever comes first), never in a spin.
class Worker {
 public:
  /// `task` reads what is wanted now and does it; whatever it captures outlives the executor's run.
  Worker(asio::any_io_executor executor, std::string name, std::function<Task<void>()> task,
         Metrics& metrics);
  ~Worker();
  Worker(const Worker&) = delete;

  /// Asks for a run. It starts in the executor's next turn, so that marks of one turn share it.
  void mark();
  void stop();
  /// No run is under way or asked for, and the last one succeeded.
  bool idle() const;

 private:
  struct State;
  static asio::awaitable<void> run(std::shared_ptr<State> state);
  static void retry_later(const std::shared_ptr<State>& state);

  std::shared_ptr<State> state_;
};

}  // namespace weft::agent
