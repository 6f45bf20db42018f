#include "agent/switch_control.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>

#include "ovsdb/json_rpc.h"
#include "ovsdb/transport.h"

namespace weft::agent {
namespace {
namespace json = boost::json;

constexpr std::string_view kUsualDirectory = "/var/run/openvswitch";
constexpr std::chrono::seconds kPatience{10};
constexpr std::size_t kLongestAnswer = std::size_t{1} << 20;

using SharedTransport = std::shared_ptr<ovsdb::Transport>;

/// unixctl's socket is named after the process (ovs-appctl(8), --target).
Result<std::string> control_socket(const std::string& directory) {
  auto path = directory + "/ovs-vswitchd.pid";
  std::ifstream file(path);
  unsigned process = 0;
  if (!(file >> process)) return fail(Errc::kUnavailable, fmt::format("no process id in {}", path));
  return fmt::format("{}/ovs-vswitchd.{}.ctl", directory, process);
}

json::array arguments_json(const SwitchCommand& command) {
  json::array arguments;
  for (const auto& argument : command.arguments) arguments.emplace_back(argument);
  return arguments;
}

std::string without_line_ends(std::string_view text) {
  std::string line(text);
  for (auto& character : line) {
    if (character == '\n') character = ' ';
  }
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

Result<void> read_answer(const json::value& message) {
  const auto* members = message.if_object();
  const auto* error = members ? members->if_contains("error") : nullptr;
  if (!error) return fail(Errc::kProtocol, "the answer is none of JSON-RPC");
  if (error->is_null()) return {};
  const auto* reason = error->if_string();
  return fail(Errc::kInvalid, reason ? without_line_ends(*reason) : "refused without a reason");
}

Task<void> await_answer(SharedTransport transport) {
  std::optional<Result<void>> answer;
  ovsdb::MessageStream stream(kLongestAnswer);
  ovsdb::MessageStream::Sink take = [&answer](const json::value& message) {
    answer = read_answer(message);
    return Result<void>{};
  };
  std::array<char, 4096> buffer;
  while (!answer) {
    auto into = asio::buffer(buffer);
    WEFT_CO_TRY(auto size, co_await transport->read_some(into));
    WEFT_CO_CHECK(stream.feed(std::string_view(buffer.data(), size), take));
  }
  co_return *answer;
}

Task<void> ask(SharedTransport transport, SwitchCommand command) {
  WEFT_CO_CHECK(co_await transport->connect());
  auto request = ovsdb::request_text(0, command.name, arguments_json(command));
  auto bytes = asio::buffer(std::as_const(request));
  WEFT_CO_CHECK(co_await transport->write(bytes));
  co_return co_await await_answer(transport);
}

}  // namespace

std::string switch_run_directory(std::string_view ovsdb_remote) {
  constexpr std::string_view kUnix = "unix:";
  if (!ovsdb_remote.starts_with(kUnix)) return std::string(kUsualDirectory);
  return std::filesystem::path(ovsdb_remote.substr(kUnix.size())).parent_path().string();
}

Task<void> run_on_switch(asio::any_io_executor executor, std::string run_directory, SwitchCommand command) {
  WEFT_CO_TRY(auto path, control_socket(run_directory));
  ovsdb::Remote remote;
  remote.host = path;
  ovsdb::TlsFiles no_files;
  WEFT_CO_TRY(auto transport, ovsdb::make_transport(executor, remote, no_files));
  asio::steady_timer deadline(executor, kPatience);
  deadline.async_wait([transport](boost::system::error_code cancelled) {
    if (!cancelled) transport->close();
  });
  auto asked = co_await ask(transport, command);
  deadline.cancel();
  if (!asked) co_return fail(asked.error().with_context(command.name));
  co_return Result<void>{};
}

}  // namespace weft::agent
