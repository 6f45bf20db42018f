// The CNI plugin: reads the runtime's request, asks the node's agent, prints the answer.

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "cni/plugin.h"
#include "http/http.h"

namespace {

// Longer than the agent takes before it gives up and takes everything back.
constexpr int kDeadlineSeconds = 40;
constexpr std::size_t kMaxConfig = 1 << 20;

std::string read_standard_input() {
  std::string text;
  char buffer[4096];
  for (std::size_t n; text.size() < kMaxConfig && (n = std::fread(buffer, 1, sizeof buffer, stdin)) > 0;) {
    text.append(buffer, n);
  }
  return text;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

weft::Result<weft::cni::AgentAnswer> ask_agent(const std::string& socket, const std::string& path,
                                               const std::string& body) {
  WEFT_TRY(auto response, weft::http::fetch("unix:" + socket, "POST", path, body, kDeadlineSeconds));
  return weft::cni::AgentAnswer{response.status, std::move(response.body)};
}

}  // namespace

int main() {
  weft::cni::Outcome outcome;
  try {
    outcome = weft::cni::run_plugin(environment, read_standard_input(), ask_agent);
  } catch (const std::exception& e) {
    outcome = {
        1, weft::cni::error_json(weft::cni::kLatestVersion, weft::Error(weft::Errc::kInternal, e.what()))};
  }
  std::fwrite(outcome.output.data(), 1, outcome.output.size(), stdout);
  return std::fflush(stdout) == 0 ? outcome.exit_status : 1;
}
