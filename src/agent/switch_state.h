#pragma once
// What the node's Open_vSwitch database says of the integration bridge, read from the replica into plain
// values.

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/uuid.h"
#include "ovsdb/replica.h"

namespace weft::agent {

inline constexpr std::string_view kIntegrationBridge = "br-int";

// external_ids that are ours; the others are those of Nova's os-vif and ovs-vsctl(8)'s users.
inline constexpr std::string_view kZoneKey = "weft-ct-zone";
inline constexpr std::string_view kZonePortKey = "weft-ct-zone-port";  // whose connections are in the zone
inline constexpr std::string_view kPeerKey = "weft-peer";
inline constexpr std::string_view kIfaceIdKey = "iface-id";
inline constexpr std::string_view kAttachedMacKey = "attached-mac";

/// An interface of br-int.
struct SwitchInterface {
  Uuid row;
  Uuid port_row;  ///< the Port that holds it
  std::string name;
  std::string type;          ///< "" (system), "internal", "vxlan", ...
  std::int64_t ofport = 0;   ///< 0: not yet assigned; -1: the switch could not open it
  bool device_gone = false;  ///< the kernel's interface was deleted, although the switch still lists it
  std::optional<std::int64_t> ofport_request;
  std::optional<std::int64_t> mtu_request;
  std::map<std::string, std::string> external_ids;
  std::map<std::string, std::string> options;
  bool operator==(const SwitchInterface&) const = default;

  /// The port that it carries, by external_ids:iface-id.
  std::optional<Uuid> claimed_port() const;
  /// The conntrack zone that it was given, by us or by the agent before us.
  std::optional<std::uint16_t> zone() const;
  /// The port that the zone was given for.
  std::optional<Uuid> zone_port() const;
};

/// Interfaces by name.
using SwitchInterfaces = std::map<std::string, SwitchInterface>;

/// The interfaces of one row of the table Port.
SwitchInterfaces read_port(const ovsdb::Replica& replica, const Uuid& port);

/// The interfaces of the bridge of this name; empty when there is no such bridge.
SwitchInterfaces read_interfaces(const ovsdb::Replica& replica, std::string_view bridge = kIntegrationBridge);

/// A string-to-string map's value, or "".
std::string value_or_empty(const std::map<std::string, std::string>& map, std::string_view key);

/// A column of a row, or the empty datum when the row has none.
const ovsdb::Datum& column(const ovsdb::Row& row, std::string_view name);

/// The row of a table whose `name` column has this value; null and nil when there is none.
std::pair<Uuid, ovsdb::RowPtr> find_named(const ovsdb::Replica& replica, std::string_view table,
                                          std::string_view name);

}  // namespace weft::agent
