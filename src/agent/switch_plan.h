#pragma once
// What must change in a node's Open_vSwitch database so that it is as the agent wants it: a pure function of
// both.

#include <map>
#include <optional>
#include <set>
#include <string>

#include "agent/switch_state.h"
#include "base/result.h"
#include "ovsdb/transaction.h"

namespace weft::agent {

/// A tunnel port of br-int; its name is the key of SwitchWants::tunnels.
struct TunnelPort {
  std::string type;  ///< "vxlan" or "geneve"
  std::string peer;  ///< the peer node's name
  std::string local_ip;
  std::string remote_ip;
  bool operator==(const TunnelPort&) const = default;
};

/// What a claimed interface of br-int shall be set to.
struct InterfaceSettings {
  std::uint16_t zone = 0;
  Uuid port;                                ///< whose connections are in the zone
  std::optional<std::int64_t> mtu_request;  ///< that the switch sets, and keeps
  bool operator==(const InterfaceSettings&) const = default;
};

struct SwitchWants {
  std::string datapath_type;         ///< empty: what the switch supports
  bool kernel_has_datapath = false;  ///< the switch lists "system" also where the kernel has no such module
  std::string controller;            ///< "tcp:127.0.0.1:6633"
  std::map<std::string, std::string> bridge_mappings;  ///< physical network -> bridge
  std::map<std::string, TunnelPort> tunnels;
  std::set<std::string> unwanted;  ///< tunnel ports to take out of br-int
  std::map<std::string, InterfaceSettings> interfaces;
};

/// `interfaces` are br-int's. The transaction that makes it so; empty when nothing is missing. Errors:
/// kUnavailable while the switch has not yet said which datapaths it supports.
Result<ovsdb::Transaction> plan_switch(const ovsdb::Replica& replica, const SwitchInterfaces& interfaces,
                                       const SwitchWants& wants);

/// Adds the operations that put a new port of one interface into a bridge. `interface` has no name yet.
void add_port(ovsdb::Transaction& transaction, const Uuid& bridge, const std::string& name,
              ovsdb::Row interface);
/// Adds the operations that take an interface's port out of a bridge (and, by garbage collection, out of the
/// database).
void remove_port(ovsdb::Transaction& transaction, const Uuid& bridge, const Uuid& port);

}  // namespace weft::agent
