#include "agent/drop_followers.h"

#include <boost/json/serialize.hpp>
#include <list>
#include <utility>

#include "agent/signal.h"

namespace weft::agent {

void SampleQueue::push(std::shared_ptr<const std::string> line) {
  lines_.push_back(std::move(line));
  if (lines_.size() <= kMost) return;
  lines_.pop_front();
  ++lost_;
}

std::string SampleQueue::take() {
  std::string text;
  if (auto lost = std::exchange(lost_, 0)) text = "{\"lost\":" + std::to_string(lost) + "}\n";
  for (const auto& line : std::exchange(lines_, {})) text += *line + '\n';
  return text;
}

/// Outlives its owner in the streams that the server still has.
struct DropFollowers::State {
  State(asio::any_io_executor e, std::string n, std::function<void(const fabric::DropWatch&)> w, Counter& s)
      : executor(std::move(e)), node(std::move(n)), on_watch(std::move(w)), samples(s) {}

  asio::any_io_executor executor;
  std::string node;
  std::function<void(const fabric::DropWatch&)> on_watch;
  fabric::DropWatch watch;
  std::list<Follower*> followers;
  Counter& samples;

  void watch_again();
};

class DropFollowers::Follower : public http::Stream {
 public:
  Follower(std::shared_ptr<State> state, std::optional<Uuid> port)
      : state_(std::move(state)), port_(port), signal_(state_->executor) {
    state_->followers.push_back(this);
  }
  ~Follower() override { end(); }

  const std::optional<Uuid>& port() const { return port_; }

  void push(std::shared_ptr<const std::string> line) {
    queue_.push(std::move(line));
    signal_.notify();
  }

  asio::awaitable<std::string> next() override {
    auto lines = ended_ ? std::string() : queue_.take();
    if (ended_ || !lines.empty()) co_return lines;
    auto deadline = std::chrono::steady_clock::now() + kQuiet;
    auto notified = co_await signal_.wait_until(deadline);
    if (ended_) co_return std::string();
    co_return notified ? queue_.take() : "\n";
  }

  void end() override {
    if (std::exchange(ended_, true)) return;
    state_->followers.remove(this);
    state_->watch_again();
    signal_.notify();
  }

 private:
  std::shared_ptr<State> state_;
  std::optional<Uuid> port_;
  SampleQueue queue_;
  Signal signal_;
  bool ended_ = false;
};

void DropFollowers::State::watch_again() {
  fabric::DropWatch wanted;
  for (const auto* follower : followers) {
    if (follower->port())
      wanted.ports.insert(*follower->port());
    else
      wanted.all = true;
  }
  if (wanted == watch) return;
  watch = std::move(wanted);
  if (on_watch) on_watch(watch);
}

DropFollowers::DropFollowers(asio::any_io_executor executor, std::string node,
                             std::function<void(const fabric::DropWatch&)> on_watch, Metrics& metrics)
    : state_(std::make_shared<State>(std::move(executor), std::move(node), std::move(on_watch),
                                     metrics.counter("weft_agent_drop_samples_total",
                                                     "Dropped packets that were sent up for followers"))) {
  metrics.gauge("weft_agent_drop_followers", "Those who follow drops",
                [state = state_] { return static_cast<double>(state->followers.size()); });
}

DropFollowers::~DropFollowers() {
  state_->on_watch = nullptr;
}

Result<std::shared_ptr<http::Stream>> DropFollowers::follow(std::optional<Uuid> port) {
  if (state_->followers.size() >= kMost) {
    return fail(Errc::kExhausted, std::to_string(kMost) + " follow drops here already");
  }
  auto follower = std::make_shared<Follower>(state_, port);
  state_->watch_again();
  return follower;
}

bool DropFollowers::none() const {
  return state_->followers.empty();
}

void DropFollowers::publish(const DropSample& sample) {
  state_->samples.add();
  std::shared_ptr<const std::string> line;
  for (auto* follower : state_->followers) {
    if (follower->port() && !concerns(sample, *follower->port())) continue;
    if (!line) line = std::make_shared<std::string>(boost::json::serialize(to_json(sample, state_->node)));
    follower->push(line);
  }
}

}  // namespace weft::agent
