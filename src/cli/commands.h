#pragma once
// The commands as data: one list of what there is, with a function each.

#include <functional>
#include <map>
#include <span>
#include <string>

#include "base/result.h"
#include "cli/table.h"
#include "model/intent.h"

namespace weft::cli {

/// What a command got from the command line and its surroundings.
struct Call {
  const model::Intent& intent;
  std::map<std::string, std::string> arguments;  ///< positional ones, by name
  std::map<std::string, bool> flags;             ///< by name, without dashes
  Theme theme;
  std::int64_t now = 0;  ///< microseconds since the epoch
  /// Asks a node's diagnostics endpoint: (endpoint, path) -> body.
  std::function<Result<std::string>(const std::string& endpoint, const std::string& path)> ask_agent;
};

/// The same facts for programs and for people.
struct Output {
  boost::json::value json;
  std::string text;
};

struct Word {
  std::string name;
  std::string help;
};

struct Command {
  std::string path;  ///< "port show"
  std::string help;
  std::vector<Word> arguments;  ///< all required
  std::vector<Word> flags;
  Result<Output> (*run)(const Call& call);
};

std::span<const Command> commands();

}  // namespace weft::cli
