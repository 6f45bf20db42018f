#include "agent/switch_db.h"

#include <charconv>

#include "base/log.h"

namespace weft::agent {
namespace {

ovsdb::ClientOptions client_options(const std::string& remote) {
  ovsdb::ClientOptions options;
  options.remotes = {remote};
  options.database = "Open_vSwitch";
  // No statistics, status or link columns: they change all the time and decide nothing here.
  options.monitors = {
      {"Open_vSwitch", {"bridges", "datapath_types"}},
      {"Bridge",
       {"name", "ports", "controller", "fail_mode", "protocols", "datapath_type", "datapath_id",
        "other_config"}},
      {"Port", {"name", "interfaces"}},
      {"Interface",
       {"name", "type", "ofport", "ifindex", "ofport_request", "mtu_request", "external_ids", "options"}},
      {"Controller", {"target", "connection_mode", "max_backoff"}},
  };
  return options;
}

}  // namespace

SwitchDb::SwitchDb(asio::any_io_executor executor, const std::string& remote, SwitchWants wants,
                   Metrics& metrics)
    : wants_(std::move(wants)),
      client_(executor, client_options(remote)),
      transactions_(metrics.counter("weft_agent_ovs_transactions_total",
                                    "Transactions sent to the node's Open_vSwitch database")),
      worker_(
          executor, "switch_db", [this] { return make_it_so(); }, metrics) {
  client_.export_metrics(metrics);
}

void SwitchDb::start() {
  client_.on_changes([this](const ovsdb::Changes& changes) { apply_changes(changes); });
  client_.on_state([this](bool synced) {
    if (!synced) {
      log::warn("switch.lost");
      return;
    }
    log::info("switch.synced", {{"interfaces", interfaces().size()}});
    known_ = true;
    worker_.mark();
    if (changed_) changed_();
  });
  client_.start();
}

void SwitchDb::stop() {
  worker_.stop();
  client_.stop();
}

void SwitchDb::apply_changes(const ovsdb::Changes& changes) {
  auto changed = interfaces_.apply(client_.replica(), changes);
  if (known_ && changed_ && changed) changed_();
  worker_.mark();
}

bool SwitchDb::userspace_datapath() const {
  auto [id, bridge] = find_named(client_.replica(), "Bridge", kIntegrationBridge);
  return bridge && column(*bridge, "datapath_type").string_or() == "netdev";
}

std::optional<std::uint64_t> SwitchDb::datapath_id() const {
  auto [row, bridge] = find_named(client_.replica(), "Bridge", kIntegrationBridge);
  if (!bridge) return std::nullopt;
  auto text = column(*bridge, "datapath_id").string_or();
  std::uint64_t id = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id, 16);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return id;
}

void SwitchDb::want_tunnels(std::map<std::string, TunnelPort> tunnels, std::set<std::string> unwanted) {
  if (tunnels == wants_.tunnels && unwanted == wants_.unwanted) return;
  wants_.tunnels = std::move(tunnels);
  wants_.unwanted = std::move(unwanted);
  worker_.mark();
}

void SwitchDb::want_settings(std::map<std::string, InterfaceSettings> interfaces) {
  if (interfaces == wants_.interfaces) return;
  wants_.interfaces = std::move(interfaces);
  worker_.mark();
}

Task<void> SwitchDb::make_it_so() {
  if (!client_.synced()) co_return Result<void>{};  // on_state marks again
  auto plan = plan_switch(client_.replica(), interfaces(), wants_);
  if (!plan) {
    // The switch itself is still starting: its own change of the database marks again.
    log::info("switch.waiting", {{"reason", plan.error().message}});
    co_return Result<void>{};
  }
  if (plan->empty()) co_return Result<void>{};
  auto transaction = std::move(*plan);
  log::debug("switch.transaction", {{"operations", transaction.size()}});
  co_return co_await commit(std::move(transaction));
}

Task<void> SwitchDb::commit(ovsdb::Transaction transaction) {
  transactions_.add();
  auto reply = co_await client_.transact(std::move(transaction));
  if (!reply) co_return fail(reply.error().with_context("change the switch's database"));
  co_return Result<void>{};
}

}  // namespace weft::agent
