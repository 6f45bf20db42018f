#include "cli/drops_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/json/serialize.hpp>

#include "cli/drop_counts.h"
#include "cli/drop_text.h"
#include "cli/resolve.h"

namespace weft::cli {
namespace {

using model::Ref;

constexpr std::size_t kAskedAtOnce = 256;

Result<std::vector<Ref<model::Node>>> asked_nodes(const Call& call) {
  std::vector<Ref<model::Node>> nodes;
  auto named = call.options.find("node");
  if (named != call.options.end()) {
    for (const auto& name : named->second) {
      WEFT_TRY(auto node, resolve_node(call.intent, name));
      nodes.push_back(std::move(node));
    }
  }
  if (!nodes.empty()) return nodes;
  for (const auto& [id, node] : call.intent.all<model::Node>()) nodes.push_back(node);
  std::ranges::sort(nodes, {}, [](const auto& node) { return node->name; });
  if (nodes.empty()) return fail(Errc::kNotFound, "there are no nodes");
  return nodes;
}

Result<Ref<model::Port>> asked_port(const Call& call) {
  auto typed = call.options.find("port");
  if (typed == call.options.end() || typed->second.empty()) return Ref<model::Port>();
  if (typed->second.size() > 1) return fail(Errc::kInvalid, "--port takes one port");
  return resolve<model::Port>(call.intent, "port", typed->second.front());
}

Result<std::vector<DropCount>> drops_of_node(const Call& call, const model::Node& node) {
  WEFT_TRY(auto body, ask_node(call, node, "/drops"));
  return parse_drop_counts(body, node.name, call.intent);
}

/// Asks all of them at the same time: agents that hang cost one timeout together.
std::vector<Result<std::vector<DropCount>>> drops_of_nodes(const Call& call,
                                                           const std::vector<Ref<model::Node>>& nodes) {
  std::vector<Result<std::vector<DropCount>>> answers(nodes.size(), std::vector<DropCount>());
  boost::asio::thread_pool threads(std::min(nodes.size(), kAskedAtOnce));
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    boost::asio::post(threads, [&, i] { answers[i] = drops_of_node(call, *nodes[i]); });
  }
  threads.join();
  return answers;
}

Result<Output> count_drops(const Call& call, const std::vector<Ref<model::Node>>& nodes,
                           const Ref<model::Port>& port) {
  std::vector<DropCount> all;
  std::vector<Error> missing;
  for (const auto& counts : drops_of_nodes(call, nodes)) {
    if (counts)
      all.insert(all.end(), counts->begin(), counts->end());
    else
      missing.push_back(counts.error());
  }
  if (missing.size() == nodes.size()) return fail(missing.front());
  for (const auto& error : missing) call.warn(error.message);
  if (port) std::erase_if(all, [&](const DropCount& count) { return count.port != port->id; });
  std::ranges::stable_sort(all, {}, &DropCount::node);
  return Output{drop_counts_json(all), render_rows(drop_table(all, true), call.theme)};
}

/// Prints samples; what explains one is told again only when it changes.
class Printer {
 public:
  explicit Printer(const Call& call) : call_(call) {}

  void line(const Feed& feed, std::string_view text) {
    auto read = parse_drop_line(text);
    if (!read) return call_.warn(fmt::format("{}: {}", feed.node, read.error().message));
    if (read->lost > 0) call_.warn(fmt::format("{}: {} samples were lost", feed.node, read->lost));
    if (read->sample) sample(*read->sample);
  }

 private:
  void sample(const DropSample& sample) {
    const auto explanation = explain(sample, call_.intent);
    if (call_.as_json) {
      call_.print(
          printable_json(boost::json::serialize(drop_json(sample, explanation, call_.intent)) + '\n'));
      return;
    }
    auto reason = explanation_text(explanation, call_.theme);
    call_.print(drop_line(sample, call_.theme) + (reason == last_ ? "" : reason));
    last_ = std::move(reason);
  }

  const Call& call_;
  std::string last_;
};

Result<Output> follow_drops(const Call& call, const std::vector<Ref<model::Node>>& nodes,
                            const Ref<model::Port>& port) {
  const auto target = "/drops?follow=1" + (port ? "&port=" + port->id.to_string() : std::string());
  std::vector<Feed> feeds;
  for (const auto& node : nodes) {
    if (node->diagnostics.empty())
      call.warn("node " + node->name + " offers no diagnostics endpoint");
    else
      feeds.push_back({node->name, node->diagnostics, target});
  }
  if (feeds.empty()) return fail(Errc::kUnavailable, "there is no agent to follow");
  Printer printer(call);
  FeedHandlers handlers;
  handlers.line = [&](const Feed& feed, std::string_view line) { printer.line(feed, line); };
  handlers.broken = [&](const Feed& feed, const Error& error) {
    call.warn(fmt::format("{}: {}; trying again", feed.node, error.message));
  };
  WEFT_CHECK(call.follow(feeds, handlers));
  return already_printed();
}

}  // namespace

Result<Output> show_drops(const Call& call) {
  WEFT_TRY(auto nodes, asked_nodes(call));
  WEFT_TRY(auto port, asked_port(call));
  return call.flags.at("follow") ? follow_drops(call, nodes, port) : count_drops(call, nodes, port);
}

Result<std::vector<DropCount>> drops_of_port(const Call& call, const model::Port& port) {
  if (port.host.empty()) return std::vector<DropCount>();
  auto node = call.intent.node_named(port.host);
  if (!node) return fail(Errc::kNotFound, "node " + port.host + " is not known");
  WEFT_TRY(auto counts, drops_of_node(call, *node));
  std::erase_if(counts, [&](const DropCount& count) { return count.port != port.id; });
  sort_drop_counts(counts);
  return counts;
}

}  // namespace weft::cli
