#pragma once
// Those who follow dropped packets (GET /drops?follow=1), each with a bounded queue. The switch samples only
// while there is one, and only what somebody asked for.

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/drop_sample.h"
#include "base/metrics.h"
#include "fabric/compiler.h"
#include "http/http.h"

namespace weft::agent {

/// Lines that wait for a follower who is slower than they come: the oldest make room, and are counted.
class SampleQueue {
 public:
  static constexpr std::size_t kMost = 256;

  void push(std::shared_ptr<const std::string> line);
  /// All that waits, each line with its end; first, when any was lost, `{"lost":N}`. Empty: nothing waits.
  std::string take();

 private:
  std::deque<std::shared_ptr<const std::string>> lines_;
  std::uint64_t lost_ = 0;
};

class DropFollowers {
 public:
  static constexpr std::size_t kMost = 16;
  /// A quiet stream says that it lives: an empty line.
  static constexpr std::chrono::seconds kQuiet{5};

  /// `on_watch` is told what to sample from now on, only when that differs from before.
  DropFollowers(asio::any_io_executor executor, std::string node,
                std::function<void(const fabric::DropWatch&)> on_watch, Metrics& metrics);
  ~DropFollowers();
  DropFollowers(const DropFollowers&) = delete;

  /// One more follower, of a port's drops or of all, until the stream ends. Errors: kExhausted.
  Result<std::shared_ptr<http::Stream>> follow(std::optional<Uuid> port);
  bool none() const;
  void publish(const DropSample& sample);

 private:
  class Follower;
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace weft::agent
