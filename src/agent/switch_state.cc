#include "agent/switch_state.h"

#include <charconv>

namespace weft::agent {
namespace {

std::optional<std::int64_t> optional_integer(const ovsdb::Datum& datum) {
  auto integers = datum.integers();
  return integers.empty() ? std::nullopt : std::optional(integers.front());
}

// The userspace datapath keeps the number of a port whose device was deleted; only the index says it. An
// internal interface that was moved to a container's namespace has no index either, and works.
bool is_device_gone(const ovsdb::Row& row) {
  auto index = optional_integer(column(row, "ifindex"));
  auto type = column(row, "type").string_or();
  return (type.empty() || type == "system") && (index == 0 || column(row, "ofport").integer_or(0) < 0);
}

SwitchInterface read_interface(const Uuid& id, const Uuid& port, const ovsdb::Row& row) {
  SwitchInterface interface;
  interface.row = id;
  interface.port_row = port;
  interface.name = column(row, "name").string_or();
  interface.type = column(row, "type").string_or();
  interface.ofport = column(row, "ofport").integer_or(0);
  interface.device_gone = is_device_gone(row);
  interface.ofport_request = optional_integer(column(row, "ofport_request"));
  interface.mtu_request = optional_integer(column(row, "mtu_request"));
  interface.external_ids = column(row, "external_ids").string_map();
  interface.options = column(row, "options").string_map();
  return interface;
}

}  // namespace

std::string value_or_empty(const std::map<std::string, std::string>& map, std::string_view key) {
  auto it = map.find(std::string(key));
  return it == map.end() ? std::string() : it->second;
}

const ovsdb::Datum& column(const ovsdb::Row& row, std::string_view name) {
  static const ovsdb::Datum kAbsent;
  auto it = row.find(name);
  return it == row.end() ? kAbsent : it->second;
}

std::pair<Uuid, ovsdb::RowPtr> find_named(const ovsdb::Replica& replica, std::string_view table,
                                          std::string_view name) {
  for (const auto& [id, row] : replica.table(table)) {
    if (column(*row, "name").string_or() == name) return {id, row};
  }
  return {};
}

std::optional<Uuid> SwitchInterface::claimed_port() const {
  return Uuid::parse(value_or_empty(external_ids, kIfaceIdKey));
}

std::optional<Uuid> SwitchInterface::zone_port() const {
  return Uuid::parse(value_or_empty(external_ids, kZonePortKey));
}

std::optional<std::uint16_t> SwitchInterface::zone() const {
  auto text = value_or_empty(external_ids, kZoneKey);
  std::uint16_t zone = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), zone);
  if (error != std::errc() || end != text.data() + text.size() || zone == 0) return std::nullopt;
  return zone;
}

SwitchInterfaces read_port(const ovsdb::Replica& replica, const Uuid& port) {
  SwitchInterfaces interfaces;
  auto port_row = replica.find("Port", port);
  if (!port_row) return interfaces;
  for (const auto& interface : column(*port_row, "interfaces").uuids()) {
    auto row = replica.find("Interface", interface);
    if (!row) continue;
    auto read = read_interface(interface, port, *row);
    interfaces.emplace(read.name, std::move(read));
  }
  return interfaces;
}

SwitchInterfaces read_interfaces(const ovsdb::Replica& replica, std::string_view bridge) {
  SwitchInterfaces interfaces;
  auto [id, bridge_row] = find_named(replica, "Bridge", bridge);
  if (!bridge_row) return interfaces;
  for (const auto& port : column(*bridge_row, "ports").uuids()) interfaces.merge(read_port(replica, port));
  return interfaces;
}

}  // namespace weft::agent
