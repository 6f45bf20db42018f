#include "neutron/port_names.h"
#include "neutron/view.h"

namespace weft::neutron {
namespace {

using model::Port;
using V = View<Port>;

void write_fixed_ips(JsonWriter& json, const V& v) {
  json.begin_array();
  for (const auto& address : v.intent.fixed_ips(v.object.id)) {
    json.begin_object();
    json.key("subnet_id").id(address.subnet);
    json.key("ip_address").plain(address.ip.to_string());
    json.end_object();
  }
  json.end_array();
}

// ACTIVE is what the bound node's agent says after its switch confirmed the flows, and nothing else.
void write_status(JsonWriter& json, const V& v) {
  auto binding = v.intent.binding_of(v.object);
  json.string(binding && binding->up ? "ACTIVE" : "DOWN");
}

std::string_view vif_type(const V& v) {
  if (v.object.host.empty()) return "unbound";
  if (!v.intent.node_named(v.object.host)) return "binding_failed";
  auto binding = v.intent.binding_of(v.object);
  return binding && !binding->failure.empty() ? "binding_failed" : "ovs";
}

void write_vif_details(JsonWriter& json, const V& v) {
  json.begin_object();
  if (vif_type(v) == "ovs") {
    auto node = v.intent.node_named(v.object.host);
    json.key("connectivity").plain("l2");
    json.key("port_filter").boolean(true);
    json.key("ovs_hybrid_plug").boolean(false);
    json.key("datapath_type").plain(node->datapath_type == "netdev" ? "netdev" : "system");
    json.key("bridge_name").plain("br-int");
  }
  json.end_object();
}

void write_pairs(JsonWriter& json, const V& v) {
  json.begin_array();
  for (const auto& pair : v.object.allowed_address_pairs) {
    const auto mac = pair.mac.value_or(v.object.mac).to_string();
    json.begin_object();
    json.key("mac_address").plain(pair.mac_text.empty() ? mac : pair.mac_text);
    json.key("ip_address").plain(pair.ip_text.empty() ? pair.ip.to_string() : pair.ip_text);
    json.end_object();
  }
  json.end_array();
}

void write_dhcp_options(JsonWriter& json, const V& v) {
  json.begin_array();
  for (const auto& option : v.object.extra_dhcp_opts) {
    json.begin_object();
    json.key("opt_name").string(option.name);
    json.key("opt_value").string(option.value);
    json.key("ip_version").number(static_cast<int>(option.version));
    json.end_object();
  }
  json.end_array();
}

void write_dns_assignment(JsonWriter& json, const V& v) {
  const auto network = v.intent.find<model::Network>(v.object.network);
  json.begin_array();
  for (const auto& address : v.intent.fixed_ips(v.object.id)) {
    const auto name = host_name(v.object, network.get(), address.ip, v.dns_domain);
    json.begin_object();
    json.key("ip_address").plain(address.ip.to_string());
    json.key("hostname").plain(name.hostname);
    json.key("fqdn").plain(name.fqdn);
    json.end_object();
  }
  json.end_array();
}

constexpr Field<Port> kFields[] = {
    {"id", write_id},
    {"name", write_name},
    {"network_id", [](JsonWriter& json, const V& v) { json.id(v.object.network); }},
    {"tenant_id", write_project},
    {"mac_address", [](JsonWriter& json, const V& v) { json.plain(v.object.mac.to_string()); }},
    {"admin_state_up", [](JsonWriter& json, const V& v) { json.boolean(v.object.admin_state_up); }},
    {"status", write_status},
    {"device_id", [](JsonWriter& json, const V& v) { json.string(v.object.device_id); }},
    {"device_owner", [](JsonWriter& json, const V& v) { json.string(v.object.device_owner); }},
    {"fixed_ips", write_fixed_ips},
    {"allowed_address_pairs", write_pairs},
    {"extra_dhcp_opts", write_dhcp_options},
    {"security_groups",
     [](JsonWriter& json, const V& v) { write_ids(json, v.intent.groups_of_port(v.object.id)); }},
    {"description", write_description},
    {"binding:vnic_type", [](JsonWriter& json, const V& v) { json.string(v.object.vnic_type); }},
    {"binding:profile", [](JsonWriter& json, const V& v) { json.raw(v.object.binding_profile); }},
    {"binding:host_id", [](JsonWriter& json, const V& v) { json.string(v.object.host); }},
    {"binding:vif_type", [](JsonWriter& json, const V& v) { json.plain(vif_type(v)); }},
    {"binding:vif_details", write_vif_details},
    {"port_security_enabled",
     [](JsonWriter& json, const V& v) { json.boolean(v.object.port_security_enabled); }},
    {"qos_policy_id", write_null},
    {"qos_network_policy_id", write_null},
    {"dns_name", [](JsonWriter& json, const V& v) { json.string(v.object.dns_name); }},
    {"dns_assignment", write_dns_assignment},
    {"dns_domain", [](JsonWriter& json, const V& v) { json.string(v.object.dns_domain); }},
    {"data_plane_status", write_null},
    {"propagate_uplink_status", [](JsonWriter& json, const V&) { json.boolean(true); }},
    {"device_profile", write_null},
    {"ip_allocation", [](JsonWriter& json, const V&) { json.plain("immediate"); }},
    {"resource_request", write_null},
    {"tags", write_tags},
    {"created_at", write_created},
    {"updated_at", write_updated},
    {"revision_number", write_revision},
    {"project_id", write_project},
};

}  // namespace

template <>
std::span<const Field<Port>> fields_of() {
  return kFields;
}

}  // namespace weft::neutron
