#include "agent/switch_plan.h"

#include <fmt/format.h>

#include <algorithm>

namespace weft::agent {
namespace {

using ovsdb::Datum;
using ovsdb::Row;
using Strings = std::map<std::string, std::string>;

// OVS waits this long at most between attempts to reach us; its default of 8 s would delay ports made after a
// restart.
constexpr std::int64_t kMaxBackoffMs = 1000;

/// Plans changes one subject at a time, all into one transaction.
class Planner {
 public:
  Planner(const ovsdb::Replica& replica, const SwitchInterfaces& interfaces, const SwitchWants& wants)
      : replica_(replica), interfaces_(interfaces), wants_(wants) {}

  Result<ovsdb::Transaction> plan() {
    const auto& roots = replica_.table("Open_vSwitch");
    if (roots.empty()) return fail(Errc::kUnavailable, "the switch's database has no Open_vSwitch row yet");
    root_ = roots.begin()->first;
    WEFT_TRY(datapath_type_, choose_datapath_type(*roots.begin()->second));
    auto integration = ensure_bridge(std::string(kIntegrationBridge));
    ensure_secure(integration);
    ensure_controller(integration);
    for (const auto& [physical_network, bridge] : wants_.bridge_mappings) ensure_mapping(integration, bridge);
    for (const auto& [name, tunnel] : wants_.tunnels) ensure_tunnel(integration, name, tunnel);
    remove_unwanted(integration);
    for (const auto& [name, settings] : wants_.interfaces) ensure_settings(name, settings);
    return std::move(transaction_);
  }

 private:
  Result<std::string> choose_datapath_type(const Row& root) const {
    if (!wants_.datapath_type.empty()) return wants_.datapath_type;
    auto supported = column(root, "datapath_types").strings();
    if (supported.empty())
      return fail(Errc::kUnavailable, "the switch has not yet said which datapaths it supports");
    auto system = wants_.kernel_has_datapath && std::ranges::find(supported, "system") != supported.end();
    return system ? "system" : "netdev";
  }

  Uuid ensure_bridge(const std::string& name) {
    auto [id, row] = find_named(replica_, "Bridge", name);
    if (row) {
      if (!wants_.datapath_type.empty())
        set("Bridge", id, *row, "datapath_type", Datum(datapath_type_.c_str()));
      return id;
    }
    id = Uuid::random();
    transaction_.insert("Bridge", id,
                        {{"name", Datum(name.c_str())}, {"datapath_type", Datum(datapath_type_.c_str())}});
    add_port(transaction_, id, name, {{"type", Datum("internal")}});
    transaction_.mutate("Open_vSwitch", root_, "bridges", "insert", Datum(ovsdb::Atom(id)));
    return id;
  }

  void ensure_secure(const Uuid& bridge) {
    auto row = row_or_empty("Bridge", bridge);
    set("Bridge", bridge, row, "fail_mode", Datum("secure"));
    set("Bridge", bridge, row, "protocols",
        Datum::set(std::vector<std::string>{"OpenFlow13", "OpenFlow14", "OpenFlow15"}));
    // In-band control would add hidden flows that bypass the pipeline.
    ensure_entry("Bridge", bridge, row, "other_config", "disable-in-band", "true");
    pin_datapath_id(bridge, row);
  }

  /// Left alone, the id follows the lowest MAC of the bridge's ports, and each change cuts our connection.
  void pin_datapath_id(const Uuid& bridge, const Row& row) {
    auto id = column(row, "datapath_id").string_or();
    if (id.empty() || column(row, "other_config").string_map().contains("datapath-id")) return;
    ensure_entry("Bridge", bridge, row, "other_config", "datapath-id", id);
  }

  void ensure_controller(const Uuid& bridge) {
    auto row = row_or_empty("Bridge", bridge);
    auto controllers = column(row, "controller").uuids();
    if (controllers.size() == 1) {
      auto existing = replica_.find("Controller", controllers.front());
      if (existing && column(*existing, "target").string_or() == wants_.controller) {
        set("Controller", controllers.front(), *existing, "connection_mode", Datum("out-of-band"));
        set("Controller", controllers.front(), *existing, "max_backoff", Datum(ovsdb::Atom(kMaxBackoffMs)));
        return;
      }
    }
    auto id = Uuid::random();
    transaction_.insert("Controller", id,
                        {{"target", Datum(wants_.controller.c_str())},
                         {"connection_mode", Datum("out-of-band")},
                         {"max_backoff", Datum(ovsdb::Atom(kMaxBackoffMs))}});
    transaction_.update("Bridge", bridge, {{"controller", Datum(ovsdb::Atom(id))}});
  }

  void ensure_mapping(const Uuid& integration, const std::string& bridge) {
    auto external = ensure_bridge(bridge);
    auto ours = "int-" + bridge;
    auto theirs = "phy-" + bridge;
    ensure_patch(integration, interfaces_, ours, theirs);
    ensure_patch(external, read_interfaces(replica_, bridge), theirs, ours);
  }

  void ensure_patch(const Uuid& bridge, const SwitchInterfaces& there, const std::string& name,
                    const std::string& peer) {
    auto found = there.find(name);
    if (found != there.end()) {
      auto row = row_or_empty("Interface", found->second.row);
      set("Interface", found->second.row, row, "type", Datum("patch"));
      ensure_entry("Interface", found->second.row, row, "options", "peer", peer);
      return;
    }
    add_port(transaction_, bridge, name,
             {{"type", Datum("patch")}, {"options", Datum::map({{"peer", peer}})}});
  }

  void ensure_tunnel(const Uuid& integration, const std::string& name, const TunnelPort& tunnel) {
    Strings options{{"key", "flow"}, {"local_ip", tunnel.local_ip}, {"remote_ip", tunnel.remote_ip}};
    if (tunnel.type == "geneve") options["csum"] = "true";
    auto found = interfaces_.find(name);
    if (found != interfaces_.end()) {
      auto row = row_or_empty("Interface", found->second.row);
      set("Interface", found->second.row, row, "options", Datum::map(options));
      return;
    }
    add_port(transaction_, integration, name,
             {{"type", Datum(tunnel.type.c_str())},
              {"options", Datum::map(options)},
              {"external_ids", Datum::map({{std::string(kPeerKey), tunnel.peer}})}});
  }

  void remove_unwanted(const Uuid& integration) {
    for (const auto& name : wants_.unwanted) {
      auto found = interfaces_.find(name);
      if (found != interfaces_.end()) remove_port(transaction_, integration, found->second.port_row);
    }
  }

  void ensure_settings(const std::string& name, const InterfaceSettings& settings) {
    auto found = interfaces_.find(name);
    if (found == interfaces_.end()) return;
    const auto& interface = found->second;
    if (is_set(interface, settings)) return;
    auto row = row_or_empty("Interface", interface.row);
    ensure_entry("Interface", interface.row, row, "external_ids", std::string(kZoneKey),
                 std::to_string(settings.zone));
    ensure_entry("Interface", interface.row, row, "external_ids", std::string(kZonePortKey),
                 settings.port.to_string());
    if (settings.mtu_request)
      set("Interface", interface.row, row, "mtu_request", Datum(ovsdb::Atom(*settings.mtu_request)));
    if (!interface.ofport_request && interface.ofport > 0) {
      set("Interface", interface.row, row, "ofport_request", Datum(ovsdb::Atom(interface.ofport)));
    }
  }

  static bool is_set(const SwitchInterface& interface, const InterfaceSettings& settings) {
    return interface.zone() == settings.zone && interface.zone_port() == settings.port &&
           (interface.ofport_request || interface.ofport <= 0) &&
           (!settings.mtu_request || interface.mtu_request == settings.mtu_request);
  }

  void set(std::string_view table, const Uuid& id, const Row& row, std::string_view name, Datum value) {
    if (column(row, name) == value) return;
    // Somebody may delete the row at the same time: the next plan makes it anew.
    transaction_.update(table, id, {{std::string(name), std::move(value)}}, false);
  }

  void ensure_entry(std::string_view table, const Uuid& id, const Row& row, std::string_view name,
                    const std::string& key, const std::string& value) {
    auto map = column(row, name).string_map();
    auto found = map.find(key);
    if (found != map.end() && found->second == value) return;
    // "insert" keeps the value of a key that is there.
    if (found != map.end())
      transaction_.mutate(table, id, name, "delete", Datum::map({{key, found->second}}));
    transaction_.mutate(table, id, name, "insert", Datum::map({{key, value}}));
  }

  Row row_or_empty(std::string_view table, const Uuid& id) const {
    auto row = replica_.find(table, id);
    return row ? *row : Row{};
  }

  const ovsdb::Replica& replica_;
  const SwitchInterfaces& interfaces_;
  const SwitchWants& wants_;
  ovsdb::Transaction transaction_;
  Uuid root_;
  std::string datapath_type_;
};

}  // namespace

void add_port(ovsdb::Transaction& transaction, const Uuid& bridge, const std::string& name,
              ovsdb::Row interface) {
  auto interface_id = Uuid::random();
  auto port_id = Uuid::random();
  interface["name"] = Datum(name.c_str());
  transaction.insert("Interface", interface_id, interface);
  transaction.insert("Port", port_id,
                     {{"name", Datum(name.c_str())}, {"interfaces", Datum(ovsdb::Atom(interface_id))}});
  transaction.mutate("Bridge", bridge, "ports", "insert", Datum(ovsdb::Atom(port_id)));
}

void remove_port(ovsdb::Transaction& transaction, const Uuid& bridge, const Uuid& port) {
  transaction.mutate("Bridge", bridge, "ports", "delete", Datum(ovsdb::Atom(port)));
}

Result<ovsdb::Transaction> plan_switch(const ovsdb::Replica& replica, const SwitchInterfaces& interfaces,
                                       const SwitchWants& wants) {
  return Planner(replica, interfaces, wants).plan();
}

}  // namespace weft::agent
