#include "agent/bridge_interfaces.h"

#include <algorithm>
#include <iterator>

namespace weft::agent {
namespace {

std::set<Uuid> ports_of(const ovsdb::RowPtr& bridge) {
  if (!bridge) return {};
  auto ids = column(*bridge, "ports").uuids();
  return {ids.begin(), ids.end()};
}

}  // namespace

bool BridgeInterfaces::apply(const ovsdb::Replica& replica, const ovsdb::Changes& changes) {
  SwitchInterfaces before, after;
  auto touched = touched_ports(changes);
  for (const auto& port : touched) before.merge(take(port));
  for (const auto& port : touched) {
    if (ports_.contains(port)) after.merge(read(replica, port));
  }
  auto changed = before != after;
  interfaces_.merge(std::move(after));
  return changed;
}

std::set<Uuid> BridgeInterfaces::touched_ports(const ovsdb::Changes& changes) {
  std::set<Uuid> touched;
  for (const auto& change : changes) {
    if (change.table == "Bridge") {
      bridge_changed(change, touched);
    } else if (change.table == "Port") {
      touched.insert(change.id);
    } else if (change.table == "Interface") {
      // One that is not known yet comes with the change of its port.
      auto port = port_of_.find(change.id);
      if (port != port_of_.end()) touched.insert(port->second);
    }
  }
  return touched;
}

void BridgeInterfaces::bridge_changed(const ovsdb::RowChange& change, std::set<Uuid>& touched) {
  const auto& row = change.after ? change.after : change.before;
  if (column(*row, "name").string_or() != bridge_) return;
  auto before = ports_of(change.before), after = ports_of(change.after);
  std::set<Uuid> gone, come;
  std::ranges::set_difference(before, after, std::inserter(gone, gone.end()));
  std::ranges::set_difference(after, before, std::inserter(come, come.end()));
  for (const auto& port : gone) ports_.erase(port);
  ports_.insert(come.begin(), come.end());
  touched.merge(gone);
  touched.merge(come);
}

SwitchInterfaces BridgeInterfaces::take(const Uuid& port) {
  SwitchInterfaces taken;
  auto names = names_of_.extract(port);
  if (names.empty()) return taken;
  for (const auto& name : names.mapped()) {
    auto interface = interfaces_.extract(name);
    if (interface.empty()) continue;
    port_of_.erase(interface.mapped().row);
    taken.insert(std::move(interface));
  }
  return taken;
}

SwitchInterfaces BridgeInterfaces::read(const ovsdb::Replica& replica, const Uuid& port) {
  auto found = read_port(replica, port);
  for (const auto& [name, interface] : found) {
    port_of_[interface.row] = port;
    names_of_[port].push_back(name);
  }
  return found;
}

}  // namespace weft::agent
