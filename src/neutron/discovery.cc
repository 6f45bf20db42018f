#include "neutron/discovery.h"

#include "neutron/errors.h"

namespace weft::neutron {
namespace {

struct Extension {
  std::string_view alias;
  std::string_view name;
  std::string_view description;
  std::string_view updated;
};

// Clients decide by these what they may send: an alias stands here only when all of the extension works.
constexpr Extension kExtensions[] = {
    {"address-group", "Address group", "Named lists of prefixes that rules may name.",
     "2020-07-15T10:00:00-00:00"},
    {"agent", "agent", "Nodes as agents, with their liveness.", "2013-02-03T10:00:00-00:00"},
    {"allowed-address-pairs", "Allowed Address Pairs", "Further addresses that a port may use.",
     "2013-07-23T10:00:00-00:00"},
    {"binding", "Port Binding", "Where a port is bound, and how it is plugged.", "2014-02-03T10:00:00-00:00"},
    {"dns-domain-ports", "dns_domain for ports", "The DNS domain of a port.", "2017-04-24T10:00:00-00:00"},
    {"dns-integration", "DNS Integration", "Names of ports, and the domain of a network.",
     "2015-08-15T18:00:00-00:00"},
    {"extra_dhcp_opt", "Neutron Extra DHCP options", "DHCP options of a port's own.",
     "2013-03-17T12:00:00-00:00"},
    {"filter-validation", "Filter parameters validation", "Unknown filters are refused.",
     "2018-07-04T10:00:00-00:00"},
    {"ip-substring-filtering", "IP address substring filtering", "Ports by a part of an address.",
     "2017-11-28T09:00:00-00:00"},
    {"net-mtu", "Network MTU", "The MTU of a network.", "2015-03-25T10:00:00-00:00"},
    {"net-mtu-writable", "Network MTU (writable)", "The MTU of a network can be set.",
     "2017-07-12T00:00:00-00:00"},
    {"pagination", "Pagination support", "Lists come in pages on request.", "2016-06-12T00:00:00-00:00"},
    {"port-security", "Port Security", "Anti-spoofing per network and port.", "2012-07-23T10:00:00-00:00"},
    {"port-security-groups-filtering", "Port filtering on security groups", "Ports by their security groups.",
     "2018-01-09T09:00:00-00:00"},
    {"project-id", "project_id field enabled", "project_id beside tenant_id.", "2016-09-09T09:09:09-09:09"},
    {"provider", "Provider Network", "Encapsulation and VNI of a network.", "2012-09-07T10:00:00-00:00"},
    {"revision-if-match", "If-Match constraints based on revision_number",
     "Updates of a known revision only.", "2016-12-11T00:00:00-00:00"},
    {"security-group", "security-group", "Security groups and their rules.", "2012-10-05T10:00:00-00:00"},
    {"security-groups-normalized-cidr", "Normalized CIDR field for security group rules",
     "The remote prefix in its normal form.", "2020-07-28T10:00:00-00:00"},
    {"security-groups-remote-address-group", "Remote address group id field for security group rules",
     "Rules for the addresses of an address group.", "2020-08-25T10:00:00-00:00"},
    {"security-groups-shared-filtering", "Security group filtering on the shared field",
     "Security groups by whether they are shared.", "2021-10-05T09:00:00-00:00"},
    {"sorting", "Sorting support", "Lists come sorted on request.", "2016-06-12T00:00:00-00:00"},
    {"standard-attr-description", "standard-attr-description", "A description of every object.",
     "2016-02-10T10:00:00-00:00"},
    {"standard-attr-revisions", "Resource revision numbers", "A revision number of every object.",
     "2016-04-11T10:00:00-00:00"},
    {"standard-attr-tag",
     "Tag support for resources with standard attribute: port, subnet, network, security_group",
     "Tags of every object.", "2017-01-01T00:00:00-00:00"},
    {"standard-attr-timestamp", "Resource timestamps", "When an object was made and changed.",
     "2016-09-12T10:00:00-00:00"},
    {"stateful-security-group", "Stateful security group",
     "Groups whose rules look at each packet by itself.", "2019-11-26T09:00:00-00:00"},
    {"tag-ports-during-bulk-creation", "Tag Ports During Bulk Creation", "Ports can be made with tags.",
     "2019-12-29T19:00:00-00:00"},
};

void write_extension(JsonWriter& json, const Extension& extension) {
  json.begin_object();
  json.key("name").string(extension.name);
  json.key("alias").string(extension.alias);
  json.key("description").string(extension.description);
  json.key("updated").string(extension.updated);
  json.key("links").raw("[]");
  json.end_object();
}

void write_self_link(JsonWriter& json, const std::string& url) {
  json.key("links").begin_array().begin_object();
  json.key("rel").string("self").key("href").string(url);
  json.end_object().end_array();
}

}  // namespace

std::string versions_body(const std::string& base) {
  JsonWriter json;
  json.begin_object().key("versions").begin_array().begin_object();
  json.key("id").string("v2.0").key("status").string("CURRENT");
  write_self_link(json, base + "/v2.0/");
  json.end_object().end_array().end_object();
  return json.take();
}

std::string resources_body(const std::string& base, const std::vector<std::unique_ptr<Resource>>& resources) {
  JsonWriter json;
  json.begin_object().key("resources").begin_array();
  for (const auto& resource : resources) {
    const auto& names = resource->names();
    json.begin_object();
    json.key("name").string(names.singular).key("collection").string(names.plural);
    write_self_link(json, base + "/v2.0/" + std::string(names.path));
    json.end_object();
  }
  json.end_array().end_object();
  return json.take();
}

std::string extensions_body() {
  JsonWriter json;
  json.begin_object().key("extensions").begin_array();
  for (const auto& extension : kExtensions) write_extension(json, extension);
  json.end_array().end_object();
  return json.take();
}

Result<std::string> extension_body(std::string_view alias) {
  for (const auto& extension : kExtensions) {
    if (extension.alias != alias) continue;
    JsonWriter json;
    json.begin_object().key("extension");
    write_extension(json, extension);
    json.end_object();
    return json.take();
  }
  return fail(Errc::kNotFound, "Extension with alias " + std::string(alias) + " does not exist",
              "HTTPNotFound");
}

}  // namespace weft::neutron
