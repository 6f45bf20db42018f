#pragma once
// Who watches what of the store, and the monitor conditions that follow from it.

#include <map>
#include <set>

#include "ovsdb/client.h"

namespace weft::store {

struct Scope {
  /// Empty: everything but, unless `heartbeats`, heartbeats. Otherwise an agent's view: ports bound to this
  /// node, and of the rest only the networks and groups named by set_interest(). Nodes are always watched.
  std::string host;
  bool heartbeats = false;
};

/// What an agent wants to hear of, besides the ports bound to its node.
struct Interest {
  std::set<Uuid> networks;        ///< with their subnets, ports, addresses and group members
  std::set<Uuid> groups;          ///< with their rules
  std::set<Uuid> address_groups;  ///< with their entries
  std::set<Uuid> ports;           ///< single ports, wherever they are bound (an interface here claims them)
  bool operator==(const Interest&) const = default;
};

/// What to monitor at first, before any interest is known.
std::vector<ovsdb::TableMonitor> monitors_of(const Scope& scope);
/// The conditions of an agent's view, per table.
std::map<std::string, std::vector<ovsdb::Clause>> conditions_of(const Scope& scope, const Interest& interest);

}  // namespace weft::store
