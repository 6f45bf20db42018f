#pragma once
// The interfaces of one bridge, kept current from the changes of the replica: one port's change costs no look
// at the others.

#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/switch_state.h"

namespace weft::agent {

class BridgeInterfaces {
 public:
  explicit BridgeInterfaces(std::string bridge) : bridge_(std::move(bridge)) {}

  /// To be called after every notification. True when an interface came, went or changed.
  bool apply(const ovsdb::Replica& replica, const ovsdb::Changes& changes);

  const SwitchInterfaces& all() const { return interfaces_; }

 private:
  std::set<Uuid> touched_ports(const ovsdb::Changes& changes);
  void bridge_changed(const ovsdb::RowChange& change, std::set<Uuid>& touched);
  SwitchInterfaces take(const Uuid& port);
  SwitchInterfaces read(const ovsdb::Replica& replica, const Uuid& port);

  std::string bridge_;
  SwitchInterfaces interfaces_;
  std::set<Uuid> ports_;                                         ///< of the bridge
  std::unordered_map<Uuid, Uuid> port_of_;                       ///< by Interface row
  std::unordered_map<Uuid, std::vector<std::string>> names_of_;  ///< by Port row
};

}  // namespace weft::agent
