#include "agent/status.h"

#include <chrono>

#include "base/log.h"

namespace weft::agent {
namespace {

constexpr std::chrono::seconds kBeat{10};

std::int64_t microseconds_now() {
  using namespace std::chrono;
  return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

bool same_report(const model::Binding& a, const model::Binding& b) {
  return a.network == b.network && a.up == b.up && a.interface == b.interface && a.failure == b.failure;
}

bool same_node(const model::Node& a, const model::Node& b) {
  return a.tunnel_ips == b.tunnel_ips && a.underlay_mtu == b.underlay_mtu && a.diagnostics == b.diagnostics &&
         a.datapath_type == b.datapath_type && a.version == b.version;
}

}  // namespace

std::map<Uuid, model::Binding> wanted_bindings(const Claims& claims, const std::set<Uuid>& confirmed,
                                               const model::Intent& intent, const std::string& node) {
  std::map<Uuid, model::Binding> wanted;
  for (const auto& [name, claim] : claims) {
    auto port = intent.find<model::Port>(claim.port);
    // A duplicate's port is reported for the interface that won.
    if (!port || claim.state == Claim::State::kDuplicate) continue;
    // Not yet confirmed is what a missing row says as well: a port costs one commit, not two.
    auto carried = claim.state == Claim::State::kHere && confirmed.contains(claim.port);
    if (!carried && claim.failure.empty()) continue;
    model::Binding binding;
    binding.port = claim.port;
    binding.network = port->network;
    binding.host = node;
    binding.interface = name;
    binding.failure = claim.failure;
    binding.up = carried && port->admin_state_up;
    wanted.emplace(claim.port, std::move(binding));
  }
  return wanted;
}

BindingEdits compare_bindings(const std::map<Uuid, model::Binding>& wanted,
                              const std::map<Uuid, model::Binding>& actual) {
  BindingEdits edits;
  for (const auto& [port, binding] : wanted) {
    auto there = actual.find(port);
    if (there == actual.end()) {
      edits.insert.push_back(binding);
      edits.insert.back().id = Uuid::random();
    } else if (!same_report(there->second, binding)) {
      edits.update.emplace_back(there->second, binding);
      edits.update.back().second.id = there->second.id;
    }
  }
  for (const auto& [port, binding] : actual) {
    if (!wanted.contains(port)) edits.remove.push_back(binding.id);
  }
  return edits;
}

StatusReporter::StatusReporter(asio::any_io_executor executor, store::Store& store, model::Node self,
                               Metrics& metrics)
    : store_(store),
      self_(std::move(self)),
      beat_timer_(executor),
      writer_(
          executor, "status", [this] { return write(); }, metrics),
      beater_(
          executor, "heartbeat", [this] { return beat(); }, metrics) {}

void StatusReporter::start() {
  wait_for_next_beat();
}

void StatusReporter::stop() {
  beat_timer_.cancel();
  writer_.stop();
  beater_.stop();
}

void StatusReporter::store_synced() {
  writer_.mark();
  beater_.mark();
}

void StatusReporter::intent_changed(const model::IntentChanges& changes) {
  for (const auto& change : changes) {
    if (const auto* node = std::get_if<model::ChangeOf<model::Node>>(&change)) {
      auto name = node->after ? node->after->name : node->before->name;
      if (name == self_.name) writer_.mark();
    }
    const auto* binding = std::get_if<model::ChangeOf<model::Binding>>(&change);
    if (!binding) continue;
    if (binding->before && binding->before->host == self_.name) actual_.erase(binding->before->port);
    if (binding->after && binding->after->host == self_.name) actual_[binding->after->port] = *binding->after;
    if (known_) writer_.mark();
  }
}

void StatusReporter::set_datapath_type(std::string type) {
  if (std::exchange(self_.datapath_type, type) != type) writer_.mark();
}

void StatusReporter::report(std::map<Uuid, model::Binding> wanted) {
  known_ = true;
  wanted_ = std::move(wanted);
  if (!compare_bindings(wanted_, actual_).empty()) writer_.mark();
}

Task<void> StatusReporter::write() {
  if (!store_.synced()) co_return Result<void>{};  // marked again when it is
  store::Write changes;
  add_node(changes);
  if (known_) add_bindings(changes);
  if (changes.empty()) co_return Result<void>{};
  auto committed = co_await store_.commit(std::move(changes));
  if (!committed) co_return fail(committed.error().with_context("report status"));
  co_return Result<void>{};
}

void StatusReporter::add_node(store::Write& write) const {
  auto there = store_.intent().node_named(self_.name);
  if (!there) {
    write.insert(self_);
  } else if (!same_node(*there, self_)) {
    auto after = self_;
    after.id = there->id;
    write.update(*there, after);
  }
}

void StatusReporter::add_bindings(store::Write& write) const {
  auto edits = compare_bindings(wanted_, actual_);
  for (const auto& binding : edits.insert) {
    // What is wanted may be a moment older than the port's deletion.
    if (store_.intent().find<model::Port>(binding.port)) write.insert(binding);
  }
  for (const auto& [before, after] : edits.update) write.update(before, after);
  for (const auto& id : edits.remove) write.remove<model::Binding>(id);
}

Task<void> StatusReporter::beat() {
  if (!store_.synced()) co_return Result<void>{};
  if (!heartbeat_) {
    std::vector<ovsdb::Clause> mine{{"node", "==", ovsdb::Datum(self_.name.c_str())}};
    WEFT_CO_TRY(auto found, co_await store_.query<model::Heartbeat>(std::move(mine)));
    if (!found.empty()) heartbeat_ = found.front();
  }
  store::Write changes;
  model::Heartbeat next = heartbeat_.value_or(model::Heartbeat{.id = Uuid::random(), .node = self_.name});
  next.beat = microseconds_now();
  if (heartbeat_) {
    changes.update(*heartbeat_, next);
  } else {
    changes.insert(next);
  }
  auto committed = co_await store_.commit(std::move(changes));
  if (!committed) {
    heartbeat_.reset();  // somebody removed or made the row: look again
    co_return fail(committed.error().with_context("report the heartbeat"));
  }
  heartbeat_ = next;
  co_return Result<void>{};
}

void StatusReporter::wait_for_next_beat() {
  beater_.mark();
  beat_timer_.expires_after(kBeat);
  beat_timer_.async_wait([this](boost::system::error_code stopped) {
    if (!stopped) wait_for_next_beat();
  });
}

}  // namespace weft::agent
