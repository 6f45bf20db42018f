#pragma once
// The whole of weft-cni but its process: environment and standard input in, exit status and standard output
// out.

#include "cni/config.h"

namespace weft::cni {

/// What the plugin prints and exits with.
struct Outcome {
  int exit_status = 0;
  std::string output;
};

/// The agent's answer to a request.
struct AgentAnswer {
  int status = 0;
  std::string body;
};

/// Sends a request to the agent's socket and waits for the answer. Errors: kUnavailable, kTimeout, kProtocol.
using AskAgent = std::function<Result<AgentAnswer>(const std::string& socket, const std::string& path,
                                                   const std::string& body)>;

/// Runs one CNI command. VERSION and whatever is wrong with the input need no agent.
Outcome run_plugin(const GetEnv& environment, std::string_view config, const AskAgent& ask);

}  // namespace weft::cni
