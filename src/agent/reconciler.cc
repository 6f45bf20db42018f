#include "agent/reconciler.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/log.h"
#include "fabric/pipeline.h"

namespace weft::agent {
namespace {

std::size_t change_count(const fabric::FlowDelta& delta) {
  return delta.add_or_replace.size() + delta.remove.size() + delta.forget.size();
}

/// Removes what the switch learned for somebody who is not there any more.
openflow::FlowMod forget_places(std::uint64_t cookie) {
  openflow::Flow flow{.key = {.table = fabric::number(fabric::Table::kPlaces)}, .cookie = cookie};
  return {openflow::FlowMod::Command::kDelete, std::move(flow), std::numeric_limits<std::uint64_t>::max()};
}

std::vector<openflow::FlowMod> to_flow_mods(fabric::FlowDelta delta) {
  std::vector<openflow::FlowMod> mods;
  mods.reserve(change_count(delta));
  for (auto cookie : delta.forget) mods.push_back(forget_places(cookie));
  for (auto& key : delta.remove) {
    mods.push_back({openflow::FlowMod::Command::kDeleteStrict, openflow::Flow{.key = std::move(key)}});
  }
  for (auto& flow : delta.add_or_replace) mods.push_back({openflow::FlowMod::Command::kAdd, std::move(flow)});
  return mods;
}

}  // namespace

Reconciler::Reconciler(asio::any_io_executor executor, const model::Intent& intent, fabric::NodeFacts facts,
                       Metrics& metrics)
    : compiler_(intent, std::move(facts)),
      flows_computed_(
          metrics.counter("weft_agent_flows_computed_total", "Flows that compiler runs computed")),
      units_computed_(
          metrics.counter("weft_agent_units_computed_total", "Units that compiler runs recomputed")),
      flow_mods_(metrics.counter("weft_agent_flow_mods_sent_total", "Flow changes sent to the switch")),
      bundles_(metrics.counter("weft_agent_bundles_total", "Bundles sent to the switch")),
      failed_bundles_(
          metrics.counter("weft_agent_failed_bundles_total", "Bundles that the switch refused or lost")),
      worker_(
          executor, "reconciler", [this] { return reconcile(); }, metrics) {
  metrics.gauge("weft_agent_last_event_flow_mods", "Flow changes of the last bundle",
                [this] { return static_cast<double>(last_flow_mods_); });
  metrics.gauge("weft_agent_last_event_seconds",
                "From the start of the last reconciliation to the switch's confirmation",
                [this] { return last_seconds_; });
  metrics.gauge("weft_agent_local_ports", "Ports that are plugged into this node's switch",
                [this] { return static_cast<double>(ports_.size()); });
}

void Reconciler::intent_changed(const model::IntentChanges& changes) {
  compiler_.intent_changed(changes);
  dirty_ = true;
}

void Reconciler::set_ports(const LocalPorts& ports) {
  wanted_ports_ = ports;
  plug_ports();
}

/// Plugs and unplugs until the compiler has what is wanted, but for the ports that wait for their zone.
void Reconciler::plug_ports() {
  auto ports = wanted_ports_;
  std::erase_if(ports, [this](const auto& entry) { return zones_to_flush_.contains(entry.second.zone); });
  if (ports == ports_) return;
  auto before = std::exchange(ports_, std::move(ports));
  for (const auto& [id, port] : before) {
    auto now = ports_.find(id);
    if (now == ports_.end()) compiler_.unplug(id);
    if (now == ports_.end() || now->second != port) confirmed_.erase(id);
  }
  for (const auto& [id, port] : ports_) {
    auto old = before.find(id);
    if (old == before.end() || old->second != port) compiler_.plug(port);
  }
  dirty_ = true;
}

void Reconciler::set_tunnels(const std::vector<fabric::Tunnel>& tunnels) {
  if (tunnels == tunnels_) return;
  auto before = std::exchange(tunnels_, tunnels);
  auto same_place = [](const fabric::Tunnel& a, const fabric::Tunnel& b) {
    return a.encapsulation == b.encapsulation && a.node == b.node;
  };
  for (const auto& old : before) {
    auto stays =
        std::ranges::any_of(tunnels_, [&](const fabric::Tunnel& now) { return same_place(now, old); });
    if (!stays) compiler_.remove_tunnel(old.encapsulation, old.node);
  }
  for (const auto& tunnel : tunnels_) {
    if (std::ranges::find(before, tunnel) == before.end()) compiler_.add_tunnel(tunnel);
  }
  dirty_ = true;
}

void Reconciler::watch_drops(const fabric::DropWatch& watch) {
  compiler_.watch_drops(watch);
  dirty_ = true;
}

void Reconciler::request() {
  if (dirty_) worker_.mark();
}

void Reconciler::flush_zones(const std::vector<std::uint16_t>& zones) {
  if (zones.empty()) return;
  ++zone_changes_;
  for (auto zone : zones) zones_to_flush_[zone] = zone_changes_;
  dirty_ = true;
}

void Reconciler::connected(std::shared_ptr<openflow::Connection> connection) {
  connection_ = std::move(connection);
  in_step_ = false;
  worker_.mark();
}

void Reconciler::disconnected(const std::shared_ptr<openflow::Connection>& connection) {
  if (connection != connection_) return;
  connection_.reset();
  in_step_ = false;
}

void Reconciler::open_gate() {
  if (gate_open_) return;
  gate_open_ = true;
  worker_.mark();
}

Task<void> Reconciler::reconcile() {
  if (!gate_open_ || !connection_) co_return Result<void>{};  // marked again when that changes
  dirty_ = false;
  auto started = std::chrono::steady_clock::now();
  auto connection = connection_;
  auto first = !in_step_;
  auto zones = zones_to_flush_;
  WEFT_CO_TRY(auto step, co_await bring_in_step(connection));
  auto changes = step.changes;
  if (!zones.empty()) {
    // The switch has no flows of their former owners any more: what is emptied now stays empty.
    WEFT_CO_CHECK(co_await empty_zones(connection, zones));
    plug_ports();
    WEFT_CO_TRY(step, co_await bring_in_step(connection));
    changes += step.changes;
  }
  if (connection != connection_) co_return Result<void>{};  // the new connection has marked
  if (first) log::info("flows.reconciled", {{"changed", changes}, {"ports", step.ready.size()}});
  if (changes > 0) {
    last_flow_mods_ = changes;
    last_seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  }
  confirm(step.ready);
  co_return Result<void>{};
}

/// Compiles what is dirty and sends the difference.
Task<Reconciler::Step> Reconciler::bring_in_step(std::shared_ptr<openflow::Connection> connection) {
  WEFT_CO_TRY(auto delta, co_await next_delta(connection));
  Step step{.changes = change_count(delta), .ready = ready_ports()};
  auto sent = co_await send(connection, std::move(delta));
  if (sent) co_return step;
  in_step_ = false;  // the delta is spent: compare with the switch again
  co_return fail(sent.error().with_context("change flows"));
}

Task<void> Reconciler::empty_zones(std::shared_ptr<openflow::Connection> connection, ZoneChanges zones) {
  for (const auto& [zone, change] : zones) {
    WEFT_CO_CHECK(co_await connection->flush_zone(zone));
    auto pending = zones_to_flush_.find(zone);
    // One that changed hands again meanwhile stays to be emptied.
    if (pending != zones_to_flush_.end() && pending->second == change) zones_to_flush_.erase(pending);
  }
  co_return Result<void>{};
}

Task<fabric::FlowDelta> Reconciler::next_delta(std::shared_ptr<openflow::Connection> connection) {
  std::vector<openflow::Flow> actual;
  std::vector<openflow::Meter> meters;
  auto compare = !in_step_;
  if (compare) {
    WEFT_CO_TRY(auto stats, co_await connection->dump_flows());
    actual.reserve(stats.size());
    for (auto& stat : stats) actual.push_back(std::move(stat.flow));
    WEFT_CO_TRY(meters, co_await connection->meters());
  }
  auto delta = compiler_.compile();
  flows_computed_.add(compiler_.last_stats().flows);
  units_computed_.add(compiler_.last_stats().units);
  in_step_ = connection == connection_;
  if (compare) co_return compiler_.difference(actual, meters);
  co_return delta;
}

/// Meters come before the flows that name them, and go after.
Task<void> Reconciler::send(std::shared_ptr<openflow::Connection> connection, fabric::FlowDelta delta) {
  auto unused_meters = std::move(delta.delete_meters);
  if (!delta.set_meters.empty()) {
    WEFT_CO_CHECK(co_await connection->set_meters(std::move(delta.set_meters)));
  }
  if (!delta.empty()) {
    WEFT_CO_CHECK(co_await send_flows(connection, std::move(delta)));
  }
  if (!unused_meters.empty()) {
    WEFT_CO_CHECK(co_await connection->delete_meters(std::move(unused_meters)));
  }
  co_return Result<void>{};
}

Task<void> Reconciler::send_flows(std::shared_ptr<openflow::Connection> connection, fabric::FlowDelta delta) {
  auto mods = to_flow_mods(std::move(delta));
  bundles_.add();
  flow_mods_.add(mods.size());
  auto applied = co_await connection->apply(std::move(mods));
  if (!applied) failed_bundles_.add();
  co_return applied;
}

Reconciler::LocalPorts Reconciler::ready_ports() const {
  auto ready = ports_;
  std::erase_if(ready, [this](const auto& entry) { return !compiler_.ready(entry.first); });
  return ready;
}

void Reconciler::confirm(const LocalPorts& ready) {
  confirmed_.clear();
  for (const auto& [id, port] : ready) {
    auto now = ports_.find(id);
    // A port that left or moved while the bundle was under way is not what was confirmed.
    if (now != ports_.end() && now->second == port) confirmed_.insert(id);
  }
  settled_ = true;
  if (reconciled_handler_) reconciled_handler_();
}

}  // namespace weft::agent
