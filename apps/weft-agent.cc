// weft-agent: composition only.

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>

#include "agent/agent.h"
#include "agent/cni_server.h"
#include "agent/diagnostics.h"
#include "base/log.h"

namespace {

int refuse(const weft::Error& error, int status) {
  std::fprintf(stderr, "weft-agent: %s\n", error.message.c_str());
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace weft;
  auto config = agent::load_config(argc, argv);
  if (!config && config.error().type == "help") {
    std::puts(config.error().message.c_str());
    return 0;
  }
  if (!config) return refuse(config.error(), 2);
  log::init("weft-agent", log::parse_level(config->log_level));

  asio::io_context context(1);
  agent::Agent agent(context.get_executor(), *config);
  if (auto started = agent.start(); !started) return refuse(started.error(), 1);
  agent::Diagnostics diagnostics(agent);
  if (auto started = diagnostics.start(); !started) return refuse(started.error(), 1);
  auto cni = agent::CniServer::open(agent, config->cni_socket);
  if (!cni) return refuse(cni.error(), 1);
  asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([&](boost::system::error_code, int) {
    log::info("agent.stopping");
    (*cni)->stop();
    diagnostics.stop();
    agent.stop();
    context.stop();
  });
  context.run();
  return 0;
}
