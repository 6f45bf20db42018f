#pragma once
// weft-cni's peer: requests on the agent's Unix socket become calls of PodWiring, failures become CNI error
// objects.

#include <memory>
#include <string>

#include "agent/pod_wiring.h"
#include "http/http.h"

namespace weft::agent {

class CniServer {
 public:
  /// Listens on `socket_path` (mode 0600: whoever can write there can join any network). Errors:
  /// kUnavailable.
  static Result<std::unique_ptr<CniServer>> open(NodeServices& services, const std::string& socket_path);

  void stop();

 private:
  explicit CniServer(NodeServices& services) : services_(services), wiring_(services) {}

  asio::awaitable<http::Response> serve(http::Request request);
  Task<std::string> dispatch(cni::Command command, cni::Attachment attachment);

  NodeServices& services_;
  PodWiring wiring_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace weft::agent
