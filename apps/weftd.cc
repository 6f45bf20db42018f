// weftd: the controller. Puts the store, the Networking API and the HTTP server together and runs them.

#include <signal.h>

#include <boost/asio/signal_set.hpp>
#include <cstdio>
#include <cstdlib>

#include "base/log.h"
#include "ipam/ports.h"
#include "neutron/config.h"
#include "neutron/errors.h"
#include "neutron/front_door.h"
#include "neutron/own_store.h"

namespace {

using namespace weft;

/// How long requests under way may take when we are told to end.
constexpr auto kLastAnswers = std::chrono::seconds(2);

/// A socket handed over by the service manager (sd_listen_fds(3)) goes before the configured endpoint.
std::string api_endpoint(const neutron::Config& config) {
  const char* count = std::getenv("LISTEN_FDS");
  return count && std::atoi(count) >= 1 ? "fd:3" : config.listen;
}

store::StoreOptions store_options(const neutron::Config& config, const neutron::OwnStore& own) {
  store::StoreOptions options;
  options.remotes = config.store.empty() ? std::vector<std::string>{own.remote()} : config.store;
  options.scope.heartbeats = true;
  options.private_key = config.private_key;
  options.certificate = config.certificate;
  options.ca_certificate = config.ca_certificate;
  return options;
}

neutron::Services services_of(store::Store& store, const neutron::Config& config) {
  neutron::Services services{store};
  services.underlay_mtu = config.underlay_mtu;
  services.overlay_version = config.overlay_ip_version == 6 ? IpVersion::kV6 : IpVersion::kV4;
  services.dns_domain = config.dns_domain;
  return services;
}

void warn_of_open_doors(const std::string& endpoint) {
  log::warn(
      "weftd.insecure",
      {{"listen", endpoint}, {"tls", "off"}, {"auth", "none"}, {"advice", "serve trusted networks only"}});
}

Result<void> run(const neutron::Config& config) {
  asio::io_context context(1);
  auto executor = context.get_executor();
  neutron::OwnStore own(executor, config);
  if (config.store.empty()) {
    WEFT_CHECK(own.start());
  }

  Metrics metrics;
  store::Store store(executor, store_options(config, own));
  store.export_metrics(metrics);
  const neutron::Services services = services_of(store, config);
  neutron::Api api(services, std::make_unique<neutron::NoAuthenticator>(config.default_project));
  api.export_metrics(metrics);
  neutron::FrontDoor door(executor, api, store, metrics);
  store.on_state([&](bool synced) {
    log::info("store.state", {{"synced", synced ? "yes" : "no"}});
    if (!synced) return;
    door.store_synced();
    asio::co_spawn(executor, ipam::serve_older_subnets(store), asio::detached);
  });
  auto handler = [&door](http::Request request) { return door.handle(std::move(request)); };
  WEFT_TRY(auto server,
           http::Server::open(executor, api_endpoint(config), http::Limits{}, handler, neutron::to_refusal));
  store.start();
  log::info("weftd.started", {{"listen", server->endpoint()}, {"version", WEFT_VERSION}});
  warn_of_open_doors(server->endpoint());

  asio::steady_timer patience(executor);
  asio::signal_set signals(executor, SIGTERM, SIGINT);
  signals.async_wait([&](boost::system::error_code, int signal) {
    log::info("weftd.stopping", {{"signal", signal}});
    patience.expires_after(kLastAnswers);
    patience.async_wait([&](boost::system::error_code) { context.stop(); });
    server->drain([&] { context.stop(); });
  });
  context.run();
  server->stop();
  store.stop();
  own.stop();
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  auto config = neutron::load_config(argc, argv);
  if (!config) {
    bool asked = config.error().type == "help";
    std::fprintf(asked ? stdout : stderr, "%s\n", config.error().message.c_str());
    return asked ? EXIT_SUCCESS : 2;
  }
  log::init("weftd", log::parse_level(config->log_level));
  signal(SIGPIPE, SIG_IGN);
  auto ran = run(*config);
  if (ran) return EXIT_SUCCESS;
  log::error("weftd.failed", {{"reason", ran.error().message}});
  return EXIT_FAILURE;
}
