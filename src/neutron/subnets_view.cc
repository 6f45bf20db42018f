#include "neutron/view.h"

namespace weft::neutron {
namespace {

using model::Subnet;
using V = View<Subnet>;

void write_gateway(JsonWriter& json, const V& v) {
  if (v.object.gateway_ip) {
    json.plain(v.object.gateway_ip->to_string());
  } else {
    json.null();
  }
}

void write_pools(JsonWriter& json, const V& v) {
  json.begin_array();
  for (const auto& pool : v.object.allocation_pools) {
    json.begin_object();
    json.key("start").plain(pool.start.to_string());
    json.key("end").plain(pool.end.to_string());
    json.end_object();
  }
  json.end_array();
}

void write_routes(JsonWriter& json, const V& v) {
  json.begin_array();
  for (const auto& route : v.object.host_routes) {
    json.begin_object();
    json.key("destination").plain(route.destination.to_string());
    json.key("nexthop").plain(route.nexthop.to_string());
    json.end_object();
  }
  json.end_array();
}

void write_nameservers(JsonWriter& json, const V& v) {
  json.begin_array();
  for (const auto& address : v.object.dns_nameservers) json.plain(address.to_string());
  json.end_array();
}

template <auto kMode>
void write_mode(JsonWriter& json, const V& v) {
  if (const auto& mode = v.object.*kMode) {
    json.plain(to_string(*mode));
  } else {
    json.null();
  }
}

constexpr Field<Subnet> kFields[] = {
    {"id", write_id},
    {"name", write_name},
    {"tenant_id", write_project},
    {"network_id", [](JsonWriter& json, const V& v) { json.id(v.object.network); }},
    {"ip_version",
     [](JsonWriter& json, const V& v) { json.number(static_cast<int>(v.object.cidr.version())); }},
    {"subnetpool_id", write_null},
    {"enable_dhcp", [](JsonWriter& json, const V& v) { json.boolean(v.object.enable_dhcp); }},
    {"ipv6_ra_mode", write_mode<&Subnet::ipv6_ra_mode>},
    {"ipv6_address_mode", write_mode<&Subnet::ipv6_address_mode>},
    {"gateway_ip", write_gateway},
    {"cidr", [](JsonWriter& json, const V& v) { json.plain(v.object.cidr.to_string()); }},
    {"allocation_pools", write_pools},
    {"host_routes", write_routes},
    {"dns_nameservers", write_nameservers},
    {"description", write_description},
    {"service_types", write_empty_list},
    {"segment_id", write_null},
    {"tags", write_tags},
    {"created_at", write_created},
    {"updated_at", write_updated},
    {"revision_number", write_revision},
    {"project_id", write_project},
};

}  // namespace

template <>
std::span<const Field<Subnet>> fields_of() {
  return kFields;
}

}  // namespace weft::neutron
