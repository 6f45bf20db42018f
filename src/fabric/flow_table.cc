#include "fabric/flow_table.h"

#include <algorithm>
#include <utility>

#include "fabric/meters.h"
#include "fabric/pipeline.h"
#include "fabric/registers.h"

namespace weft::fabric {

using openflow::Action;
using openflow::Conjunction;
using openflow::Flow;
using openflow::FlowKey;

namespace {

void mix(std::size_t& hash, std::uint64_t value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15ULL, hash ^= hash >> 29;
}

/// Adds the conjunctions of `more` that `actions` lacks, in their order.
void unite(std::vector<Action>& actions, const std::vector<Action>& more) {
  for (const auto& action : more) {
    if (!std::holds_alternative<Conjunction>(action)) continue;
    auto place = std::lower_bound(actions.begin(), actions.end(), action);
    if (place == actions.end() || *place != action) actions.insert(place, action);
  }
}

bool is_conjunctive(const std::vector<Action>& actions) {
  return !actions.empty() && std::holds_alternative<Conjunction>(actions.front());
}

/// The cookie of what a flow's packets make the switch learn.
std::optional<std::uint64_t> learns(const std::vector<Action>& actions) {
  for (const auto& action : actions) {
    if (const auto* learn = std::get_if<openflow::Learn>(&action)) return learn->cookie;
  }
  return std::nullopt;
}

/// The port or tunnel where a learned flow leads.
std::uint64_t place_of(const Flow& learned) {
  for (const auto& action : learned.actions) {
    const auto* set = std::get_if<openflow::SetField>(&action);
    if (set && set->field == kOutPort.field()) return set->value.lo;
  }
  return 0;
}

/// Do packets end here, and does the flow tell how many? Of those that pass a meter on their way, it tells.
bool counts_drops(const std::vector<Action>& actions) {
  if (actions.empty() || meter_named_by(actions)) return false;
  const auto* last = std::get_if<openflow::Resubmit>(&actions.back());
  return last && last->table == number(Table::kDropped);
}

void sort_by_key(FlowDelta& delta) {
  std::sort(delta.add_or_replace.begin(), delta.add_or_replace.end(),
            [](const Flow& a, const Flow& b) { return a.key < b.key; });
  std::sort(delta.remove.begin(), delta.remove.end());
  std::sort(delta.forget.begin(), delta.forget.end());
  const auto twice = std::unique(delta.forget.begin(), delta.forget.end());
  delta.forget.erase(twice, delta.forget.end());
}

}  // namespace

std::size_t FlowKeyHash::operator()(const FlowKey& key) const noexcept {
  std::size_t hash = static_cast<std::size_t>(key.table) << 16 | key.priority;
  for (const auto& [field, entry] : key.match.entries()) {
    mix(hash, static_cast<std::uint64_t>(field));
    mix(hash, entry.value.lo);
    mix(hash, entry.value.hi);
    mix(hash, entry.mask.lo ^ entry.mask.hi);
  }
  return hash;
}

Flow FlowTable::merged(const FlowKey& key, const Entry& entry) {
  auto first = entry.contributions.begin();
  Flow flow{.key = key, .cookie = cookie_of(owner_of(first->first)), .actions = first->second};
  if (counts_drops(flow.actions)) flow.cookie |= kDropCookieBit;
  if (!is_conjunctive(flow.actions)) return flow;
  for (auto it = std::next(first); it != entry.contributions.end(); ++it) unite(flow.actions, it->second);
  return flow;
}

std::optional<Flow> FlowTable::current(const FlowKey& key) const {
  auto it = entries_.find(key);
  if (it == entries_.end()) return std::nullopt;
  return merged(key, it->second);
}

void FlowTable::remember_before(const FlowKey& key) {
  if (!before_.contains(key)) before_.emplace(key, current(key));
}

void FlowTable::withdraw(const Unit& unit) {
  auto it = keys_of_unit_.find(unit);
  if (it == keys_of_unit_.end()) return;
  for (const auto& key : it->second) {
    remember_before(key);
    auto entry = entries_.find(key);
    entry->second.contributions.erase(unit);
    if (entry->second.contributions.empty()) entries_.erase(entry);
  }
  keys_of_unit_.erase(it);
}

void FlowTable::set(const Unit& unit, std::vector<Flow> flows) {
  withdraw(unit);
  if (flows.empty()) return;
  auto& keys = keys_of_unit_[unit];
  for (auto& flow : flows) {
    remember_before(flow.key);
    auto& contributions = entries_[flow.key].contributions;
    auto [it, is_new] = contributions.try_emplace(unit, std::move(flow.actions));
    if (is_new)
      keys.push_back(std::move(flow.key));
    else if (is_conjunctive(it->second))
      unite(it->second, flow.actions);
  }
}

FlowDelta FlowTable::take_delta() {
  FlowDelta delta{.forget = std::exchange(forget_, {})};
  for (auto& [key, before] : before_) {
    auto now = current(key);
    if (now == before) continue;
    meters_.replace(before, now);
    if (const auto cookie = before ? learns(before->actions) : std::nullopt) delta.forget.push_back(*cookie);
    if (now)
      delta.add_or_replace.push_back(std::move(*now));
    else
      delta.remove.push_back(key);
  }
  before_.clear();
  auto meters = meters_.take_changes();
  delta.set_meters = std::move(meters.come);
  delta.delete_meters = std::move(meters.go);
  sort_by_key(delta);
  return delta;
}

std::vector<Flow> FlowTable::all() const {
  std::vector<Flow> flows;
  flows.reserve(entries_.size());
  for (const auto& [key, entry] : entries_) flows.push_back(merged(key, entry));
  std::sort(flows.begin(), flows.end(), [](const Flow& a, const Flow& b) {
    if (a.key.table != b.key.table) return a.key.table < b.key.table;
    if (a.key.priority != b.key.priority) return a.key.priority > b.key.priority;
    return a.key.match < b.key.match;
  });
  return flows;
}

FlowDelta FlowTable::difference(const std::vector<Flow>& actual,
                                const std::vector<openflow::Meter>& meters) const {
  auto changes = meters_.difference(meters);
  FlowDelta delta{.set_meters = std::move(changes.come), .delete_meters = std::move(changes.go)};
  std::unordered_set<FlowKey, FlowKeyHash> right;
  const auto vouched = learning_cookies();
  const auto ingress = ingress_ports();
  for (const auto& flow : actual) {
    if (flow.key.table == number(Table::kPlaces) && flow.key.priority != 0) {
      if (!vouched.contains(flow.cookie) || !ingress.contains(place_of(flow)))
        delta.forget.push_back(flow.cookie);
      continue;
    }
    auto wanted = current(flow.key);
    if (!wanted)
      delta.remove.push_back(flow.key);
    else if (*wanted == flow)
      right.insert(flow.key);
  }
  for (const auto& [key, entry] : entries_) {
    if (!right.contains(key)) delta.add_or_replace.push_back(merged(key, entry));
  }
  sort_by_key(delta);
  return delta;
}

std::unordered_set<std::uint64_t> FlowTable::learning_cookies() const {
  std::unordered_set<std::uint64_t> cookies;
  for (const auto& [key, entry] : entries_) {
    if (const auto cookie = learns(entry.contributions.begin()->second)) cookies.insert(*cookie);
  }
  return cookies;
}

std::unordered_set<std::uint64_t> FlowTable::ingress_ports() const {
  std::unordered_set<std::uint64_t> ports;
  for (const auto& [key, entry] : entries_) {
    const auto* port = key.match.find(openflow::Field::kInPort);
    if (key.table == number(Table::kClassify) && port) ports.insert(port->value.lo);
  }
  return ports;
}

std::vector<Owner> FlowTable::owners(const FlowKey& key) const {
  std::vector<Owner> owners;
  auto it = entries_.find(key);
  if (it == entries_.end()) return owners;
  for (const auto& [unit, actions] : it->second.contributions) owners.push_back(owner_of(unit));
  return owners;
}

}  // namespace weft::fabric
