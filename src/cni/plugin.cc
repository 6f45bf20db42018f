#include "cni/plugin.h"

#include "cni/protocol.h"
#include "cni/result.h"

namespace weft::cni {
namespace {

Error explain(const Error& error, const std::string& socket) {
  if (error.code == Errc::kUnavailable) {
    return Error(Errc::kUnavailable,
                 "weft-agent does not answer on " + socket + ": start it with systemctl start weft-agent");
  }
  if (error.code == Errc::kTimeout) {
    return Error(Errc::kTimeout,
                 "weft-agent did not answer in time on " + socket + ": see journalctl -u weft-agent");
  }
  return error.with_context("weft-agent on " + socket);
}

Result<Outcome> run(const GetEnv& get_env, std::string_view text, const AskAgent& ask) {
  WEFT_TRY(auto environment, parse_environment(get_env));
  if (environment.command == Command::kVersion) return Outcome{0, version_json(version_of(text))};
  WEFT_TRY(auto config, parse_config(text));
  auto command = environment.command;
  if (command == Command::kCheck && config.version.starts_with("0.3.")) {
    return invalid(kIncompatibleVersion, "CHECK exists since version 0.4.0");
  }
  WEFT_TRY(auto attachment, make_attachment(std::move(config), std::move(environment)));
  const auto& socket = attachment.config.agent_socket;
  auto answer = ask(socket, request_path(command), attachment_json(attachment));
  if (!answer) return fail(explain(answer.error(), socket));
  return Outcome{answer->status == 200 ? 0 : 1, std::move(answer->body)};
}

}  // namespace

Outcome run_plugin(const GetEnv& environment, std::string_view config, const AskAgent& ask) {
  auto outcome = run(environment, config, ask);
  if (outcome) return std::move(*outcome);
  auto describe = environment("CNI_COMMAND") == "DEL" ? del_error_json : error_json;
  return {1, describe(version_of(config), outcome.error())};
}

}  // namespace weft::cni
