#include "cli/follow.h"

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <memory>

#include "http/http.h"

namespace weft::cli {
namespace {

constexpr std::chrono::seconds kPause{1};
/// Agents say at least every five seconds that they live.
constexpr std::chrono::seconds kSilence{15};

/// Outlives the run in what still waits on the context.
struct Following {
  Following(asio::io_context& c, FeedHandlers h) : context(c), handlers(std::move(h)) {}

  asio::io_context& context;
  FeedHandlers handlers;
  std::size_t hopeful = 0;  ///< feeds that may be the first to answer
  bool answered = false;
  bool ended = false;

  void end() {
    ended = true;
    context.stop();
  }
};

asio::awaitable<void> keep_following(std::shared_ptr<Following> all, Feed feed) {
  auto executor = all->context.get_executor();
  asio::steady_timer pause(executor);
  bool told = false, first = true;
  auto on_line = [&](std::string_view line) {
    if (all->ended) return;
    all->answered = true;
    told = false;
    if (!line.empty()) all->handlers.line(feed, line);
  };
  std::function<void(std::string_view)> handler = on_line;
  while (!all->ended) {
    auto ended = co_await http::follow_lines(executor, feed.endpoint, feed.target, kSilence, handler);
    if (all->ended) co_return;
    const auto error = ended ? Error(Errc::kUnavailable, "the agent ended the stream") : ended.error();
    if (!told) all->handlers.broken(feed, error);
    told = true;
    if (first && --all->hopeful == 0 && !all->answered) all->end();
    first = false;
    pause.expires_after(kPause);
    co_await pause.async_wait(use_tuple);
  }
}

}  // namespace

Result<void> follow(asio::io_context& context, const std::vector<Feed>& feeds, FeedHandlers handlers) {
  auto all = std::make_shared<Following>(context, std::move(handlers));
  all->hopeful = feeds.size();
  bool stopped_by_user = false;
  asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([&, all](boost::system::error_code cancelled, int) {
    if (cancelled) return;
    stopped_by_user = true;
    all->end();
  });
  for (const auto& feed : feeds) asio::co_spawn(context, keep_following(all, feed), asio::detached);
  context.restart();
  context.run();
  all->ended = true;
  all->handlers = {};
  context.restart();
  if (stopped_by_user) return {};
  return fail(Errc::kUnavailable, "no agent answers");
}

}  // namespace weft::cli
