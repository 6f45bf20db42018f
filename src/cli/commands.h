#pragma once
// The commands as data: one list of what there is, with a function each.

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/follow.h"
#include "cli/table.h"
#include "model/intent.h"

namespace weft::cli {

/// What a command got from the command line and its surroundings.
struct Call {
  const model::Intent& intent;
  std::map<std::string, std::string> arguments;             ///< positional ones, by name
  std::map<std::string, bool> flags;                        ///< by name, without dashes
  std::map<std::string, std::vector<std::string>> options;  ///< those with values, by name
  bool as_json = false;
  Theme theme;
  std::int64_t now = 0;  ///< microseconds since the epoch
  /// Asks a node's diagnostics endpoint: (endpoint, path) -> body. Called by several threads at once.
  std::function<Result<std::string>(const std::string& endpoint, const std::string& path)> ask_agent;
  /// Follows what agents stream until the user has enough; see follow.h.
  std::function<Result<void>(const std::vector<Feed>& feeds, const FeedHandlers& handlers)> follow;
  std::function<void(std::string_view text)> print;  ///< for what goes on; else a command returns its Output
  std::function<void(std::string_view text)> warn;   ///< for what the answer lacks
};

/// The same facts for programs and for people.
struct Output {
  boost::json::value json;
  std::string text;
};

/// What goes on has been printed when it ends.
inline Output already_printed() {
  return {nullptr, ""};
}

struct Word {
  std::string name;
  std::string help;
};

struct Command {
  std::string path;  ///< "port show"
  std::string help;
  std::vector<Word> arguments;  ///< all required
  std::vector<Word> flags;
  std::vector<Word> options;  ///< with a value, repeatable
  Result<Output> (*run)(const Call& call);
};

std::span<const Command> commands();

/// Asks a node's agent. Errors: kUnavailable and those of the transport, naming node and address.
Result<std::string> ask_node(const Call& call, const model::Node& node, const std::string& path);

}  // namespace weft::cli
