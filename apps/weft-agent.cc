// weft-agent: composition only.

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>

#include "agent/agent.h"
#include "agent/cni_server.h"
#include "base/log.h"

int main(int argc, char** argv) {
  using namespace weft;
  auto config = agent::load_config(argc, argv);
  if (!config) {
    auto help = config.error().type == "help";
    std::fprintf(help ? stdout : stderr, help ? "%s\n" : "weft-agent: %s\n", config.error().message.c_str());
    return help ? 0 : 2;
  }
  log::init("weft-agent", log::parse_level(config->log_level));

  asio::io_context context(1);
  agent::Agent agent(context.get_executor(), *config);
  if (auto started = agent.start(); !started) {
    std::fprintf(stderr, "weft-agent: %s\n", started.error().message.c_str());
    return 1;
  }
  auto cni = agent::CniServer::open(agent, config->cni_socket);
  if (!cni) {
    std::fprintf(stderr, "weft-agent: %s\n", cni.error().message.c_str());
    return 1;
  }
  asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([&](boost::system::error_code, int) {
    log::info("agent.stopping");
    (*cni)->stop();
    agent.stop();
    context.stop();
  });
  context.run();
  return 0;
}
