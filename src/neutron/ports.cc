#include "ipam/ports.h"

#include <boost/json/serialize.hpp>

#include "neutron/resource.h"

namespace weft::neutron {
namespace {

using model::Port;

constexpr Names kNames{"ports", "port", "ports"};

constexpr Attribute kAttributes[] = {
    {"id"},
    {"name", kPost | kPut, valid_name},
    {"description", kPost | kPut, valid_description},
    {"project_id", kPost, valid_text},
    {"tenant_id", kPost, valid_text},
    {"network_id", kPost | kRequired, valid_uuid},
    {"admin_state_up", kPost | kPut, valid_boolean},
    {"mac_address", kPost | kPut, valid_mac},
    {"fixed_ips", kPost | kPut, valid_fixed_ips},
    {"device_id", kPost | kPut, valid_text},
    {"device_owner", kPost | kPut, valid_text},
    {"security_groups", kPost | kPut, valid_uuid_list},
    {"port_security_enabled", kPost | kPut, valid_boolean},
    {"allowed_address_pairs", kPost | kPut, valid_address_pairs},
    {"binding:host_id", kPost | kPut, valid_text_or_null},
    {"binding:vnic_type", kPost | kPut, valid_vnic_type},
    {"binding:profile", kPost | kPut, valid_object},
    {"tags", kPost, valid_tags},
    {"extra_dhcp_opts", kPost | kPut, valid_nothing},
    {"dns_name", kPost | kPut, valid_nothing},
    {"dns_domain", kPost | kPut, valid_nothing},
    {"qos_policy_id", kPost | kPut, valid_nothing},
    {"device_profile", kPost, valid_nothing},
    {"propagate_uplink_status", kPost, valid_true},
    {"status"},
    {"binding:vif_type"},
    {"binding:vif_details"},
    {"dns_assignment"},
    {"data_plane_status", kPut, valid_nothing},
    {"ip_allocation"},
    {"qos_network_policy_id"},
    {"resource_request"},
    {"created_at"},
    {"updated_at"},
    {"revision_number"},
};

/// Neutron's max_allowed_address_pair.
constexpr std::size_t kMaxPairs = 10;

std::optional<std::vector<ipam::AddressRequest>> read_fixed_ips(const json::object& body) {
  const auto* list = given(body, "fixed_ips");
  if (!list) return std::nullopt;
  std::vector<ipam::AddressRequest> requests;
  for (const auto& item : list->as_array()) {
    ipam::AddressRequest request;
    request.subnet = uuid_of(item.as_object(), "subnet_id");
    if (auto ip = text_of(item.as_object(), "ip_address")) request.ip = IpAddress::parse(*ip);
    requests.push_back(request);
  }
  return requests;
}

std::optional<std::vector<Uuid>> read_groups(const json::object& body) {
  const auto* list = given(body, "security_groups");
  if (!list) return std::nullopt;
  std::vector<Uuid> groups;
  for (const auto& item : list->as_array())
    groups.push_back(*Uuid::parse({item.as_string().data(), item.as_string().size()}));
  return groups;
}

Result<std::vector<model::AddressPair>> read_pairs(const json::value& list) {
  std::vector<model::AddressPair> pairs;
  for (const auto& item : list.as_array()) {
    model::AddressPair pair;
    pair.ip = *IpPrefix::parse(*text_of(item.as_object(), "ip_address"));
    if (auto mac = text_of(item.as_object(), "mac_address")) pair.mac = MacAddress::parse(*mac);
    if (std::find(pairs.begin(), pairs.end(), pair) != pairs.end())
      return fail(Errc::kInvalid,
                  "Request contains duplicate address pair: ip_address " + pair.ip.to_string() + ".",
                  "DuplicateAddressPairInRequest");
    pairs.push_back(pair);
  }
  if (pairs.size() > kMaxPairs)
    return fail(Errc::kInvalid,
                "The number of allowed address pair exceeds the maximum " + std::to_string(kMaxPairs) + ".",
                "AllowedAddressPairExhausted");
  return pairs;
}

/// What POST and PUT have in common.
Result<void> read_settings(const json::object& body, Port& port) {
  read(body, "admin_state_up", port.admin_state_up);
  read(body, "device_id", port.device_id);
  read(body, "device_owner", port.device_owner);
  read(body, "port_security_enabled", port.port_security_enabled);
  read(body, "binding:vnic_type", port.vnic_type);
  if (const auto* host = given(body, "binding:host_id"))
    port.host = host->is_null() ? std::string() : *text_of(body, "binding:host_id");
  if (const auto* profile = given(body, "binding:profile")) port.binding_profile = json::serialize(*profile);
  if (const auto* pairs = given(body, "allowed_address_pairs")) {
    WEFT_TRY(port.allowed_address_pairs, read_pairs(*pairs));
  }
  if (!port.port_security_enabled && !port.allowed_address_pairs.empty())
    return fail(Errc::kConflict,
                "Port Security must be enabled in order to have allowed address pairs on a port.",
                "AddressPairAndPortSecurityRequired");
  return {};
}

class Ports : public ResourceOf<Port> {
 public:
  using ResourceOf::ResourceOf;
  const Names& names() const override { return kNames; }
  Attributes attributes() const override { return kAttributes; }
  Error not_found(std::string_view id) const override {
    return Error(Errc::kNotFound, "Port " + std::string(id) + " could not be found.", "PortNotFound");
  }

  Task<std::vector<Uuid>> create(Context context, std::vector<json::object> bodies) override {
    std::vector<ipam::PortRequest> requests;
    std::vector<Uuid> ids;
    for (const auto& body : bodies) {
      WEFT_CO_TRY(auto request, read_new(context, body));
      ids.push_back(request.port.id);
      requests.push_back(std::move(request));
    }
    WEFT_CO_CHECK(co_await ipam::create_ports(store(), std::move(requests)));
    co_return ids;
  }

  Task<void> update(Context, Uuid id, json::object body, IfRevision if_revision) override {
    auto before = intent().find<Port>(id);
    if (!before) co_return fail(not_found(id.to_string()));
    WEFT_CO_CHECK(check_revision(if_revision, before->revision));
    ipam::PortChange change;
    change.id = id;
    change.after = *before;
    change.if_revision = if_revision;
    change.fixed_ips = read_fixed_ips(body);
    change.groups = read_groups(body);
    touch(change.after, body);
    WEFT_CO_CHECK(read_settings(body, change.after));
    WEFT_CO_CHECK(read_mac(body, *before, change.after));
    WEFT_CO_CHECK(check_groups(change.after, change.groups ? *change.groups : intent().groups_of_port(id)));
    co_return co_await ipam::update_port(store(), std::move(change));
  }

  Task<void> remove(Context, Uuid id) override {
    if (!intent().find<Port>(id)) co_return fail(not_found(id.to_string()));
    co_return co_await ipam::delete_port(store(), id);
  }

 private:
  Result<ipam::PortRequest> read_new(const Context& context, const json::object& body) const {
    ipam::PortRequest request;
    auto& port = request.port;
    fill_common(port, context, body);
    port.network = *uuid_of(body, "network_id");
    auto network = intent().find<model::Network>(port.network);
    if (!network || !(context.admin || network->shared || network->project_id == context.project_id))
      return fail(Errc::kNotFound, "Network " + port.network.to_string() + " could not be found.",
                  "NetworkNotFound");
    port.port_security_enabled = network->port_security_enabled;
    WEFT_CHECK(read_settings(body, port));
    if (const auto* tags = given(body, "tags"))
      for (const auto& tag : tags->as_array())
        port.tags.emplace_back(tag.as_string().data(), tag.as_string().size());
    if (auto mac = text_of(body, "mac_address")) request.mac = MacAddress::parse(*mac);
    request.fixed_ips = read_fixed_ips(body);
    request.groups = read_groups(body);
    if (!port.port_security_enabled && request.groups && !request.groups->empty())
      return fail(
          Errc::kInvalid,
          "Port security must be enabled and port must have an IP address in order to use security groups.",
          "PortSecurityAndIPRequiredForSecurityGroups");
    return request;
  }

  Result<void> read_mac(const json::object& body, const Port& before, Port& after) const {
    auto text = text_of(body, "mac_address");
    if (!text) return {};
    after.mac = *MacAddress::parse(*text);
    bool moves = after.host != before.host;
    if (after.mac == before.mac || before.host.empty() || moves) return {};
    return fail(Errc::kConflict,
                "Unable to complete operation on port " + before.id.to_string() +
                    ", port is already bound, port type: ovs, old_mac " + before.mac.to_string() +
                    ", new_mac " + after.mac.to_string() + ".",
                "PortBound");
  }

  static Result<void> check_groups(const Port& port, const std::vector<Uuid>& groups) {
    if (port.port_security_enabled || groups.empty()) return {};
    return fail(Errc::kConflict,
                "Port has security group associated. Cannot disable port security or IP address until "
                "security group is removed.",
                "PortSecurityPortHasSecurityGroup");
  }
};

}  // namespace

std::unique_ptr<Resource> make_ports(const Services& services) {
  return std::make_unique<Ports>(services);
}

}  // namespace weft::neutron
