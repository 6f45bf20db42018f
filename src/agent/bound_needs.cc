#include "agent/bound_needs.h"

namespace weft::agent {
namespace {

void release(std::map<Uuid, int>& counts, const Uuid& id) {
  auto found = counts.find(id);
  if (found != counts.end() && --found->second == 0) counts.erase(found);
}

}  // namespace

void BoundNeeds::intent_changed(const model::IntentChanges& changes) {
  for (const auto& change : changes) {
    if (const auto* port = std::get_if<model::ChangeOf<model::Port>>(&change)) {
      reread(port->after ? port->after->id : port->before->id);
    } else if (const auto* member = std::get_if<model::ChangeOf<model::GroupMember>>(&change)) {
      if (member->before) reread(member->before->port);
      if (member->after) reread(member->after->port);
    }
  }
}

void BoundNeeds::reread(const Uuid& id) {
  drop(id);
  auto port = intent_.find<model::Port>(id);
  if (!port || port->host != node_) return;
  Needs needs{.network = port->network, .groups = intent_.groups_of_port(id)};
  ++networks_[needs.network];
  for (const auto& group : needs.groups) ++groups_[group];
  by_port_.emplace(id, std::move(needs));
}

void BoundNeeds::drop(const Uuid& id) {
  auto found = by_port_.find(id);
  if (found == by_port_.end()) return;
  release(networks_, found->second.network);
  for (const auto& group : found->second.groups) release(groups_, group);
  by_port_.erase(found);
}

}  // namespace weft::agent
