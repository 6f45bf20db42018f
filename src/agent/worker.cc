#include "agent/worker.h"

#include <algorithm>

#include "base/log.h"

namespace weft::agent {
namespace {

constexpr std::chrono::milliseconds kFirstRetry{500};
constexpr std::chrono::milliseconds kLongestRetry{30'000};

}  // namespace

struct Worker::State {
  State(asio::any_io_executor e, std::string n, std::function<Task<void>()> t, Counter& f)
      : executor(e), name(std::move(n)), task(std::move(t)), failures(f), timer(e) {}

  asio::any_io_executor executor;
  std::string name;
  std::function<Task<void>()> task;
  Counter& failures;
  asio::steady_timer timer;
  std::chrono::milliseconds retry = kFirstRetry;
  bool marked = false;
  bool running = false;
  bool stopped = false;
  bool failed = false;
};

Worker::Worker(asio::any_io_executor executor, std::string name, std::function<Task<void>()> task,
               Metrics& metrics)
    : state_(std::make_shared<State>(
          executor, name, std::move(task),
          metrics.counter("weft_agent_retries_total", "Level-triggered runs that failed and were repeated",
                          {{"worker", name}}))) {}

Worker::~Worker() {
  stop();
}

void Worker::mark() {
  state_->marked = true;
  if (state_->running || state_->stopped) return;
  state_->running = true;
  asio::co_spawn(state_->executor, run(state_), asio::detached);
}

void Worker::stop() {
  state_->stopped = true;
  state_->timer.cancel();
}

bool Worker::idle() const {
  return !state_->running && !state_->marked && !state_->failed;
}

asio::awaitable<void> Worker::run(std::shared_ptr<State> state) {
  while (state->marked && !state->stopped) {
    state->marked = false;
    state->timer.cancel();
    auto done = co_await state->task();
    state->failed = !done;
    if (done) {
      state->retry = kFirstRetry;
      continue;
    }
    state->failures.add();
    log::warn("worker.failed", {{"worker", state->name}, {"error", done.error().message}});
    if (!state->marked) retry_later(state);
  }
  state->running = false;
}

void Worker::retry_later(const std::shared_ptr<State>& state) {
  state->timer.expires_after(state->retry);
  state->retry = std::min(state->retry * 2, kLongestRetry);
  state->timer.async_wait([state](boost::system::error_code cancelled) {
    if (cancelled || state->stopped || state->running) return;
    state->marked = true;
    state->running = true;
    asio::co_spawn(state->executor, run(state), asio::detached);
  });
}

}  // namespace weft::agent
