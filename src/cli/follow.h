#pragma once
// Streams of several agents at once, each connected again when it breaks, until the user has enough.

#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace weft::cli {

/// One agent's stream of lines.
struct Feed {
  std::string node;
  std::string endpoint;  ///< "tcp:ADDRESS:PORT"
  std::string target;    ///< "/drops?follow=1"
};

struct FeedHandlers {
  std::function<void(const Feed& feed, std::string_view line)> line;
  /// Once for each time that a stream breaks, and when there is none.
  std::function<void(const Feed& feed, const Error& error)> broken;
};

/// Runs `context` until SIGINT or SIGTERM. Errors: kUnavailable when none of the agents answers at first.
Result<void> follow(boost::asio::io_context& context, const std::vector<Feed>& feeds, FeedHandlers handlers);

}  // namespace weft::cli
