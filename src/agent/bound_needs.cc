#include "agent/bound_needs.h"

namespace weft::agent {
namespace {

/// One less; true when that was the last.
bool release(std::map<Uuid, int>& counts, const Uuid& id) {
  auto found = counts.find(id);
  if (found == counts.end() || --found->second > 0) return false;
  counts.erase(found);
  return true;
}

}  // namespace

void BoundNeeds::intent_changed(const model::IntentChanges& changes) {
  for (const auto& change : changes) {
    if (const auto* port = std::get_if<model::ChangeOf<model::Port>>(&change)) {
      reread(port->after ? port->after->id : port->before->id);
    } else if (const auto* member = std::get_if<model::ChangeOf<model::GroupMember>>(&change)) {
      if (member->before) reread(member->before->port);
      if (member->after) reread(member->after->port);
    } else if (const auto* rule = std::get_if<model::ChangeOf<model::SecurityGroupRule>>(&change)) {
      reread_rule(rule->after ? *rule->after : *rule->before);
    }
  }
}

// What the port needs now is counted before what it needed is released: a group that stays needed is not
// looked through again.
void BoundNeeds::reread(const Uuid& id) {
  auto port = intent_.find<model::Port>(id);
  if (!port || port->host != node_) return drop(id);
  Needs needs{.network = port->network, .groups = intent_.groups_of_port(id)};
  ++networks_[needs.network];
  for (const auto& group : needs.groups) need_group(group);
  drop(id);
  by_port_.emplace(id, std::move(needs));
}

void BoundNeeds::drop(const Uuid& id) {
  auto found = by_port_.find(id);
  if (found == by_port_.end()) return;
  release(networks_, found->second.network);
  for (const auto& group : found->second.groups) release_group(group);
  by_port_.erase(found);
}

void BoundNeeds::need_group(const Uuid& group) {
  if (++groups_[group] > 1) return;
  auto& named = named_by_group_[group];
  for (const auto& rule : intent_.rules_of(group)) count_rule(rule, named);
}

void BoundNeeds::release_group(const Uuid& group) {
  if (!release(groups_, group)) return;
  for (const auto& [rule, address_group] : named_by_group_[group]) release(address_groups_, address_group);
  named_by_group_.erase(group);
}

void BoundNeeds::reread_rule(const model::SecurityGroupRule& rule) {
  auto group = named_by_group_.find(rule.group);
  if (group == named_by_group_.end()) return;
  auto& named = group->second;
  if (auto counted = named.find(rule.id); counted != named.end()) {
    release(address_groups_, counted->second);
    named.erase(counted);
  }
  count_rule(rule.id, named);
}

void BoundNeeds::count_rule(const Uuid& id, AddressGroupByRule& named) {
  auto rule = intent_.find<model::SecurityGroupRule>(id);
  if (!rule || !rule->remote_address_group) return;
  if (named.emplace(id, *rule->remote_address_group).second) ++address_groups_[*rule->remote_address_group];
}

}  // namespace weft::agent
