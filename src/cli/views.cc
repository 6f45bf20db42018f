#include "cli/views.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "model/subnet_services.h"

namespace weft::cli {
namespace {

// Agents beat every ten seconds; one that missed three is not well.
constexpr std::int64_t kAliveSeconds = 35;
constexpr std::int64_t kMicroseconds = 1'000'000;

template <typename T, typename Key>
std::vector<model::Ref<T>> sorted(const model::Intent& intent, Key key) {
  std::vector<model::Ref<T>> out;
  for (const auto& [id, object] : intent.all<T>()) out.push_back(object);
  std::ranges::sort(out, {}, [&](const model::Ref<T>& object) { return key(*object); });
  return out;
}

Cell bool_cell(bool value) {
  return {value, value ? "yes" : "no"};
}

std::string age_text(std::int64_t seconds) {
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7200) return fmt::format("{} min", seconds / 60);
  return fmt::format("{} h", seconds / 3600);
}

Cell heartbeat_cell(const model::Intent& intent, const std::string& node, std::int64_t now) {
  for (const auto& [id, heartbeat] : intent.all<model::Heartbeat>()) {
    if (heartbeat->node != node) continue;
    auto seconds = std::max<std::int64_t>(0, (now - heartbeat->beat) / kMicroseconds);
    auto alive = seconds <= kAliveSeconds;
    return {boost::json::value{{"alive", alive}, {"seconds_ago", seconds}},
            fmt::format("{} ({} ago)", alive ? "alive" : "silent", age_text(seconds)),
            alive ? Tone::kGood : Tone::kBad};
  }
  return {nullptr, "never", Tone::kBad};
}

std::vector<std::string> tunnel_ips(const model::Node& node) {
  std::vector<std::string> out;
  for (const auto& ip : node.tunnel_ips) out.push_back(ip.to_string());
  return out;
}

std::string network_name(const model::Intent& intent, const Uuid& id) {
  auto network = intent.find<model::Network>(id);
  return network && !network->name.empty() ? network->name : id.to_string();
}

std::vector<std::string> subnet_cidrs(const model::Intent& intent, const Uuid& network) {
  std::vector<std::string> out;
  for (const auto& id : intent.subnets_of(network)) {
    if (auto subnet = intent.find<model::Subnet>(id)) out.push_back(subnet->cidr.to_string());
  }
  std::ranges::sort(out);
  return out;
}

std::vector<std::string> fixed_ips(const model::Intent& intent, const Uuid& port) {
  std::vector<std::string> out;
  for (const auto& address : intent.fixed_ips(port)) out.push_back(address.ip.to_string());
  return out;
}

std::vector<std::string> group_names(const model::Intent& intent, const Uuid& port) {
  std::vector<std::string> out;
  for (const auto& id : intent.groups_of_port(port)) {
    auto group = intent.find<model::SecurityGroup>(id);
    out.push_back(group ? fmt::format("{} ({})", group->name, id.to_string()) : id.to_string());
  }
  return out;
}

std::vector<std::string> address_pairs(const model::Port& port) {
  std::vector<std::string> out;
  for (const auto& pair : port.allowed_address_pairs) {
    out.push_back((pair.mac ? pair.mac->to_string() + " " : "") + pair.ip.to_string());
  }
  return out;
}

std::vector<std::string> dhcp_options(const model::Port& port) {
  std::vector<std::string> out;
  for (const auto& option : port.extra_dhcp_opts)
    out.push_back(fmt::format("IPv{} {}={}", static_cast<int>(option.version), option.name, option.value));
  return out;
}

Cell mtu_cell(const model::Intent& intent, const Uuid& network) {
  auto found = intent.find<model::Network>(network);
  return found ? Cell(std::int64_t{found->mtu}) : Cell(nullptr, "");
}

std::string interface_of(const model::Intent& intent, const model::Port& port) {
  auto binding = intent.binding_of(port);
  return binding ? binding->interface : std::string();
}

}  // namespace

Cell status_cell(const model::Intent& intent, const model::Port& port) {
  if (model::served_subnet(port)) return {"on every node", Tone::kFaint};
  auto binding = intent.binding_of(port);
  if (binding && binding->up) return {"ACTIVE", Tone::kGood};
  if (binding && !binding->failure.empty()) return {"failed: " + binding->failure, Tone::kBad};
  // A node that can't claim the port says why, although the port is bound elsewhere.
  for (const auto& id : intent.bindings_of(port.id)) {
    auto other = intent.find<model::Binding>(id);
    if (other && !other->failure.empty()) return {"DOWN: " + other->host + ": " + other->failure, Tone::kBad};
  }
  return {"DOWN", Tone::kFaint};
}

Table node_table(const model::Intent& intent, std::int64_t now) {
  Table table{.columns = {{"name", "Name"},
                          {"tunnel_ips", "Tunnel IPs"},
                          {"version", "Version"},
                          {"ports", "Ports", true},
                          {"heartbeat", "Heartbeat"}},
              .rows = {}};
  for (const auto& node : sorted<model::Node>(intent, [](const model::Node& n) { return n.name; })) {
    table.rows.push_back({node->name, Cell(tunnel_ips(*node)), node->version,
                          Cell(static_cast<std::int64_t>(intent.ports_on(node->name).size())),
                          heartbeat_cell(intent, node->name, now)});
  }
  return table;
}

Table network_table(const model::Intent& intent) {
  Table table{.columns = {{"name", "Name"},
                          {"id", "ID"},
                          {"type", "Type"},
                          {"vni", "VNI", true},
                          {"mtu", "MTU", true},
                          {"subnets", "Subnets"},
                          {"ports", "Ports", true},
                          {"project", "Project"}},
              .rows = {}};
  auto by_name = [](const model::Network& n) { return std::pair(n.name, n.id); };
  for (const auto& network : sorted<model::Network>(intent, by_name)) {
    table.rows.push_back(
        {network->name, network->id.to_string(), model::to_string(network->encapsulation), Cell(network->vni),
         Cell(std::int64_t{network->mtu}), Cell(subnet_cidrs(intent, network->id)),
         Cell(static_cast<std::int64_t>(intent.ports_of(network->id).size())), network->project_id});
  }
  return table;
}

Table port_table(const model::Intent& intent) {
  Table table{.columns = {{"name", "Name"},
                          {"id", "ID"},
                          {"network", "Network"},
                          {"mac", "MAC"},
                          {"fixed_ips", "Fixed IPs"},
                          {"node", "Node"},
                          {"status", "Status"}},
              .rows = {}};
  auto key = [&](const model::Port& p) { return std::tuple(network_name(intent, p.network), p.name, p.id); };
  for (const auto& port : sorted<model::Port>(intent, key)) {
    table.rows.push_back({port->name, port->id.to_string(), network_name(intent, port->network),
                          port->mac.to_string(), Cell(fixed_ips(intent, port->id)), port->host,
                          status_cell(intent, *port)});
  }
  return table;
}

Table port_record(const model::Intent& intent, const model::Port& port) {
  Table table;
  table.rows.emplace_back();
  auto field = [&](std::string key, std::string title, Cell cell) {
    table.columns.push_back({std::move(key), std::move(title)});
    table.rows.front().push_back(std::move(cell));
  };
  field("name", "Name", port.name);
  field("id", "ID", port.id.to_string());
  field("status", "Status", status_cell(intent, port));
  field("network", "Network", network_name(intent, port.network));
  field("network_id", "Network ID", port.network.to_string());
  field("mtu", "MTU", mtu_cell(intent, port.network));
  field("mac", "MAC", port.mac.to_string());
  field("fixed_ips", "Fixed IPs", Cell(fixed_ips(intent, port.id)));
  field("node", "Node", port.host);
  field("interface", "Interface", interface_of(intent, port));
  field("admin_state_up", "Admin state up", bool_cell(port.admin_state_up));
  field("port_security", "Port security", bool_cell(port.port_security_enabled));
  field("security_groups", "Security groups", Cell(group_names(intent, port.id)));
  field("allowed_address_pairs", "Allowed address pairs", Cell(address_pairs(port)));
  field("dns_name", "DNS name", port.dns_name);
  field("extra_dhcp_opts", "DHCP options", Cell(dhcp_options(port)));
  field("device_owner", "Device owner", port.device_owner);
  field("device_id", "Device ID", port.device_id);
  field("vnic_type", "VNIC type", port.vnic_type);
  field("binding_profile", "Binding profile", port.binding_profile);
  field("project", "Project", port.project_id);
  return table;
}

}  // namespace weft::cli
