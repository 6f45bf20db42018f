#include "neutron/view.h"

namespace weft::neutron {
namespace {

using model::Network;
using V = View<Network>;

void write_subnets(JsonWriter& json, const V& v) {
  const auto& subnets = v.intent.subnets_of(v.object.id);
  write_ids(json, {subnets.begin(), subnets.end()});
}

constexpr Field<Network> kFields[] = {
    {"id", write_id},
    {"name", write_name},
    {"tenant_id", write_project},
    {"admin_state_up", [](JsonWriter& json, const V& v) { json.boolean(v.object.admin_state_up); }},
    {"mtu", [](JsonWriter& json, const V& v) { json.number(v.object.mtu); }},
    {"status", [](JsonWriter& json, const V&) { json.plain("ACTIVE"); }},
    {"subnets", write_subnets},
    {"shared", [](JsonWriter& json, const V& v) { json.boolean(v.object.shared); }},
    {"project_id", write_project},
    {"port_security_enabled",
     [](JsonWriter& json, const V& v) { json.boolean(v.object.port_security_enabled); }},
    {"qos_policy_id", write_null},
    {"dns_domain", [](JsonWriter& json, const V& v) { json.string(v.object.dns_domain); }},
    {"router:external", write_false},
    {"provider:network_type",
     [](JsonWriter& json, const V& v) { json.plain(to_string(v.object.encapsulation)); }},
    {"provider:physical_network", write_null},
    {"provider:segmentation_id", [](JsonWriter& json, const V& v) { json.number(v.object.vni); }},
    {"vlan_transparent", write_false},
    {"is_default", write_false},
    {"availability_zone_hints", write_empty_list},
    {"availability_zones", write_empty_list},
    {"ipv4_address_scope", write_null},
    {"ipv6_address_scope", write_null},
    {"description", write_description},
    {"l2_adjacency", [](JsonWriter& json, const V&) { json.boolean(true); }},
    {"tags", write_tags},
    {"created_at", write_created},
    {"updated_at", write_updated},
    {"revision_number", write_revision},
};

}  // namespace

template <>
std::span<const Field<Network>> fields_of() {
  return kFields;
}

}  // namespace weft::neutron
