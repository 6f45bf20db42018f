#include "cli/program.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "base/log.h"
#include "cli/commands.h"
#include "cli/printable.h"
#include "cli/snapshot.h"
#include "http/http.h"

namespace weft::cli {
namespace {

constexpr auto kDefaultStore = "unix:/run/weft/store.sock";
constexpr int kAgentTimeoutSeconds = 10;

/// What the options say, before any command runs.
struct Settings {
  std::vector<std::string> store;
  std::string format = "table";
  int timeout_seconds = 5;
};

/// A command as the parser fills it in.
struct Parsed {
  const Command* command = nullptr;
  CLI::App* app = nullptr;
  std::map<std::string, std::string> arguments;
  std::map<std::string, bool> flags;
  std::map<std::string, std::vector<std::string>> options;
};

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

bool locale_is_utf8() {
  for (const char* variable : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (!is_set(variable)) continue;
    std::string_view value = std::getenv(variable);
    return value.find("UTF-8") != value.npos || value.find("utf8") != value.npos;
  }
  return false;
}

Theme detect_theme() {
  bool terminal = isatty(STDOUT_FILENO) != 0;
  return {.unicode = terminal && locale_is_utf8(), .colour = terminal && !is_set("NO_COLOR")};
}

std::int64_t microseconds_now() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Result<std::string> ask_agent(const std::string& endpoint, const std::string& path) {
  WEFT_TRY(auto response, http::fetch(endpoint, "GET", path, {}, kAgentTimeoutSeconds));
  if (response.status != 200) return fail(Errc::kUnavailable, response.body);
  return std::move(response.body);
}

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void warn(std::string_view text) {
  std::fprintf(stderr, "weft: %s\n", printable(text).c_str());
}

/// The parser's node for a command path, made with its groups ("port" of "port show") as needed.
CLI::App* add_path(CLI::App& root, const Command& command) {
  auto space = command.path.find(' ');
  if (space == std::string::npos) return root.add_subcommand(command.path, command.help);
  auto group = command.path.substr(0, space);
  auto present = root.get_subcommands([&](const CLI::App* app) { return app->get_name() == group; });
  auto* parent = present.empty() ? nullptr : present.front();
  if (parent == nullptr) {
    parent = root.add_subcommand(group, "See: weft " + group + " --help");
    parent->require_subcommand(1);
  }
  return parent->add_subcommand(command.path.substr(space + 1), command.help);
}

void declare(CLI::App& root, Parsed& parsed) {
  parsed.app = add_path(root, *parsed.command);
  for (const auto& argument : parsed.command->arguments) {
    parsed.app->add_option(argument.name, parsed.arguments[argument.name], argument.help)->required();
  }
  for (const auto& flag : parsed.command->flags) {
    parsed.app->add_flag("--" + flag.name, parsed.flags[flag.name], flag.help);
  }
  for (const auto& option : parsed.command->options) {
    parsed.app->add_option("--" + option.name, parsed.options[option.name], option.help)
        ->allow_extra_args(false);
  }
}

void declare_options(CLI::App& root, Settings& settings) {
  root.add_option("--store", settings.store,
                  "Remote of the store, tcp:IP:PORT or unix:PATH; several: a cluster")
      ->envname("WEFT_STORE")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->default_str(kDefaultStore);
  root.add_option("--format", settings.format, "table or json")
      ->check(CLI::IsMember({"table", "json"}))
      ->default_str("table");
  root.add_option("--timeout", settings.timeout_seconds, "Seconds to wait for the store")
      ->check(CLI::Range(1, 600));
  root.set_version_flag("--version", WEFT_VERSION);
  root.require_subcommand(1);
  root.fallthrough();
}

Result<std::string> execute(const Parsed& parsed, const Settings& settings) {
  auto remotes = settings.store.empty() ? std::vector<std::string>{kDefaultStore} : settings.store;
  WEFT_TRY(auto snapshot, Snapshot::read(remotes, std::chrono::seconds(settings.timeout_seconds)));
  Call call{
      .intent = snapshot->intent(),
      .arguments = parsed.arguments,
      .flags = parsed.flags,
      .options = parsed.options,
      .as_json = settings.format == "json",
      .theme = detect_theme(),
      .now = microseconds_now(),
      .ask_agent = ask_agent,
      .follow = [&](const std::vector<Feed>& feeds,
                    const FeedHandlers& handlers) { return follow(snapshot->context(), feeds, handlers); },
      .print = print,
      .warn = warn};
  WEFT_TRY(auto output, parsed.command->run(call));
  if (output.json.is_null()) return std::string();  // already printed
  return call.as_json ? pretty(output.json) : std::move(output.text);
}

}  // namespace

int run(int argc, const char* const* argv) {
  log::init("weft", log::Level::kError);
  CLI::App root("Weft: one virtual network for instances and pods", "weft");
  Settings settings;
  declare_options(root, settings);
  std::vector<Parsed> all(commands().size());  // the parser keeps addresses of its members
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].command = &commands()[i];
    declare(root, all[i]);
  }
  try {
    root.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return root.exit(error) == 0 ? 0 : 2;
  }
  for (const auto& parsed : all) {
    if (!parsed.app->parsed()) continue;
    auto text = execute(parsed, settings);
    if (text) return std::fputs(text->c_str(), stdout) >= 0 && std::fflush(stdout) == 0 ? 0 : 1;
    warn(text.error().message);
  }
  return 1;
}

}  // namespace weft::cli
