#include "agent/agent.h"

#include <fmt/format.h>
#include <unistd.h>

#include "agent/tunnels.h"
#include "base/log.h"

namespace weft::agent {
namespace {

constexpr std::string_view kOpenFlowAddress = "127.0.0.1";

std::int64_t microseconds_now() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

store::StoreOptions store_options(const Config& config) {
  store::StoreOptions options;
  options.remotes = config.store;
  options.scope.host = config.node;
  options.private_key = config.private_key;
  options.certificate = config.certificate;
  options.ca_certificate = config.ca_certificate;
  return options;
}

SwitchWants switch_wants(const Config& config) {
  SwitchWants wants;
  wants.datapath_type = config.datapath_type;
  wants.kernel_has_datapath = ::access("/sys/module/openvswitch", F_OK) == 0;
  wants.controller = fmt::format("tcp:{}:{}", kOpenFlowAddress, config.openflow_port);
  wants.bridge_mappings = config.bridge_mappings;
  return wants;
}

model::Node self_row(const Config& config) {
  model::Node self;
  self.id = Uuid::random();
  self.name = config.node;
  self.tunnel_ips = config.tunnel_ips;
  self.underlay_mtu = config.underlay_mtu;
  self.diagnostics = config.diagnostics;
  self.version = WEFT_VERSION;
  return self;
}

/// What the switch shall set an interface's MTU to, and keep it there.
std::optional<std::int64_t> mtu_of(const SwitchInterface& interface, const model::Network& network,
                                   int underlay_mtu) {
  // An internal interface's only end is the host's. The switch would set its MTU to the bridge's least
  // whenever ports come or go, undoing what the DHCP client was told.
  if (interface.type == "internal") return network.mtu;
  // What a guest sends too big must reach a flow to be answered: the switch's end lets it in.
  if (interface.type.empty()) return underlay_mtu;
  return std::nullopt;
}

fabric::NodeFacts node_facts(const Config& config) {
  return {.name = config.node, .tunnel_ips = config.tunnel_ips};
}

}  // namespace

Agent::Agent(asio::any_io_executor executor, Config config)
    : executor_(executor),
      config_(std::move(config)),
      store_(executor, store_options(config_)),
      switch_db_(executor, config_.ovsdb, switch_wants(config_), metrics_),
      plug_(switch_db_),
      ports_(store_.intent(), config_.node),
      interest_(executor, store_, config_.node, ports_, metrics_),
      reconciler_(executor, store_.intent(), node_facts(config_), metrics_),
      datapath_settings_(executor, config_.ovsdb, config_.max_connections_per_port, metrics_),
      status_(executor, store_, self_row(config_), metrics_),
      packet_ins_(
          store_.intent(), config_.dhcp,
          [this](const openflow::PacketIn& packet, const fabric::DropInfo& reason) {
            sample_refused(packet, reason);
          },
          metrics_),
      router_advertiser_(store_.intent(), config_.dhcp),
      advertising_(executor),
      drop_followers_(
          executor, config_.node,
          [this](const fabric::DropWatch& watch) {
            reconciler_.watch_drops(watch);
            reconciler_.request();
          },
          metrics_),
      neighbors_(executor),
      settled_(executor),
      turn_(
          executor, "turn", [this] { return turn(); }, metrics_) {
  store_.export_metrics(metrics_);
}

Result<void> Agent::start() {
  WEFT_CHECK(listen_for_switch());
  interest_.on_complete([this] { turn_.mark(); });
  reconciler_.on_reconciled([this] { turn_.mark(); });
  switch_db_.on_changed([this] { turn_.mark(); });
  follow_store();
  switch_db_.start();
  store_.start();
  status_.start();
  repeat_advertisements();
  return {};
}

void Agent::stop() {
  status_.stop();
  interest_.stop();
  reconciler_.stop();
  datapath_settings_.stop();
  advertising_.cancel();
  neighbors_.stop();
  turn_.stop();
  if (listener_) listener_->stop();
  switch_db_.stop();
  store_.stop();
}

Result<void> Agent::ready() const {
  if (!switch_db_.known())
    return fail(Errc::kUnavailable, "the switch's database is not connected: " + config_.ovsdb);
  if (!store_.synced()) return fail(Errc::kUnavailable, "the store is not connected");
  return {};
}

void Agent::follow_store() {
  store_.on_changes([this](const model::IntentChanges& changes) {
    reconciler_.intent_changed(changes);
    interest_.intent_changed(changes);
    status_.intent_changed(changes);
    router_advertiser_.intent_changed(changes);
    turn_.mark();
  });
  store_.on_state([this](bool synced) {
    if (!synced) {
      log::warn("store.lost");
      return;
    }
    log::info("store.synced");
    status_.store_synced();
    turn_.mark();
  });
}

Result<void> Agent::listen_for_switch() {
  openflow::Listener::Handlers handlers;
  handlers.connected = [this](std::shared_ptr<openflow::Connection> connection) {
    auto bridge = switch_db_.datapath_id();
    if (bridge && *bridge != connection->datapath_id()) {
      log::warn("switch.stranger", {{"datapath", fmt::format("{:016x}", connection->datapath_id())},
                                    {"expected", fmt::format("{:016x}", *bridge)}});
      asio::post(executor_, [connection] { connection->close(); });
      return;
    }
    log::info("switch.connected", {{"datapath", fmt::format("{:016x}", connection->datapath_id())}});
    status_.set_datapath_type(userspace_datapath() ? "netdev" : "system");
    datapath_settings_.connected(userspace_datapath());
    reconciler_.connected(std::move(connection));
    turn_.mark();
  };
  handlers.disconnected = [this](const std::shared_ptr<openflow::Connection>& connection) {
    log::warn("switch.disconnected");
    reconciler_.disconnected(connection);
  };
  handlers.packet_in = [this](const std::shared_ptr<openflow::Connection>& connection,
                              openflow::PacketIn packet) {
    if (connection != reconciler_.connection()) return;
    handle_packet(*connection, packet);
  };
  WEFT_TRY(listener_, openflow::Listener::open(executor_, std::string(kOpenFlowAddress),
                                               config_.openflow_port, std::move(handlers), metrics_));
  return {};
}

void Agent::handle_packet(openflow::Connection& connection, const openflow::PacketIn& packet) {
  if (!is_drop_sample(packet)) return packet_ins_.handle(connection, packet);
  if (drop_followers_.none()) return;  // the last one has just left
  auto sample = read_drop_sample(packet, sample_context(), microseconds_now());
  if (sample) drop_followers_.publish(*sample);
}

void Agent::sample_refused(const openflow::PacketIn& packet, const fabric::DropInfo& reason) {
  if (drop_followers_.none()) return;
  drop_followers_.publish(describe_drop(packet, reason, sample_context(), microseconds_now()));
}

SampleContext Agent::sample_context() const {
  return {store_.intent(), ports_.claims(), switch_db_.interfaces()};
}

/// One pass over everything that follows from the intent and the interfaces without waiting for anybody. The
/// reconciler runs after it, once, with all of it.
Task<void> Agent::turn() {
  if (!switch_db_.known()) co_return Result<void>{};  // marked again when it is
  ports_.refresh(switch_db_.interfaces());
  interest_.refresh();
  datapath_settings_.set_zones(ports_.zones().used());
  reconciler_.flush_zones(ports_.zones().take_unflushed());
  const auto local_ports = ports_.local_ports();
  packet_ins_.set_ports(local_ports);
  reconciler_.set_ports(local_ports);
  if (reconciler_.gate_open() || interest_.complete()) {
    refresh_tunnels();
    // Store, switch database and interest are known: flows may change from here on.
    reconciler_.open_gate();
  }
  reconciler_.request();
  if (reconciler_.settled()) report();
  advertise_routers();
  settled_.notify();
  co_return Result<void>{};
}

void Agent::refresh_tunnels() {
  auto plan = plan_tunnels(reconciler_.compiler().wanted_tunnels(), switch_db_.interfaces(), store_.intent(),
                           node_facts(config_));
  reconciler_.set_tunnels(plan.usable);
  neighbors_.refresh(reconciler_.connection(), plan.usable);
  switch_db_.want_tunnels(plan.ports, plan.unwanted);
}

/// Those whose flows are in the switch hear of the network as soon as they can.
void Agent::advertise_routers() {
  auto connection = reconciler_.connection();
  if (!connection) return;  // due when there is one
  RouterAdvertiser::LocalPorts active;
  for (const auto& [id, here] : reconciler_.ports()) {
    auto port = store_.intent().find<model::Port>(id);
    if (port && port->admin_state_up && reconciler_.confirmed().contains(id)) active.emplace(id, here);
  }
  router_advertiser_.refresh(active, [&](const fabric::LocalPort& port, const net::Frame& frame) {
    connection->packet_out(frame, openflow::kPortController, {openflow::Output{port.ofport}});
  });
}

void Agent::repeat_advertisements() {
  advertising_.expires_after(kAdvertisementPeriod);
  advertising_.async_wait([this](boost::system::error_code stopped) {
    if (stopped) return;
    router_advertiser_.repeat();
    turn_.mark();
    repeat_advertisements();
  });
}

void Agent::report() {
  status_.report(wanted_bindings(ports_.claims(), reconciler_.confirmed(), store_.intent(), config_.node));
  switch_db_.want_settings(interface_settings());
}

std::map<std::string, InterfaceSettings> Agent::interface_settings() const {
  std::map<std::string, InterfaceSettings> settings;
  for (const auto& [name, claim] : ports_.claims()) {
    auto zone = ports_.zones().zone_of(name);
    auto here = claim.state == Claim::State::kHere || claim.state == Claim::State::kWaiting;
    // One without a zone of its own in the database is no incumbent after a restart either.
    if (claim.state == Claim::State::kDuplicate) continue;
    // Flows first: a change of the switch's database keeps the switch busy for a while.
    if (!zone || (here && !reconciler_.confirmed().contains(claim.port))) continue;
    InterfaceSettings wanted{.zone = *zone, .port = claim.port};
    auto interface = switch_db_.interfaces().find(name);
    auto port = store_.intent().find<model::Port>(claim.port);
    auto network = port ? store_.intent().find<model::Network>(port->network) : nullptr;
    if (interface != switch_db_.interfaces().end() && network && here)
      wanted.mtu_request = mtu_of(interface->second, *network, config_.underlay_mtu);
    settings.emplace(name, wanted);
  }
  return settings;
}

Task<NetworkPin> Agent::pin_network(Uuid network) {
  return interest_.pin(network);
}

Task<void> Agent::wait_active(Uuid port, std::chrono::milliseconds within) {
  auto deadline = std::chrono::steady_clock::now() + within;
  while (!reconciler_.confirmed().contains(port)) {
    const auto* claim = ports_.claim_of(port);
    if (claim && claim->state == Claim::State::kElsewhere) co_return fail(why_not_active(port));
    auto notified = co_await settled_.wait_until(deadline);
    if (!notified) co_return fail(why_not_active(port));
  }
  co_return Result<void>{};
}

Error Agent::why_not_active(const Uuid& port) const {
  auto id = port.to_string();
  if (!store_.synced())
    return {Errc::kTimeout, fmt::format("port {} is not active: the store can't be reached", id)};
  const auto* claim = ports_.claim_of(port);
  if (!claim)
    return {Errc::kTimeout, fmt::format("port {} is not active: no interface of {} has its iface-id", id,
                                        kIntegrationBridge)};
  if (!claim->failure.empty()) return {Errc::kConflict, claim->failure};
  if (!reconciler_.connection()) {
    return {Errc::kTimeout,
            fmt::format("port {} is not active: the switch is not connected to the agent", id)};
  }
  return {Errc::kTimeout, fmt::format("port {} is not active: its flows are not in the switch", id)};
}

}  // namespace weft::agent
