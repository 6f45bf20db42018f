#include "ipam/ports.h"

#include <boost/json/serialize.hpp>

#include "neutron/dhcp_options.h"
#include "neutron/port_names.h"
#include "neutron/resource.h"
#include "neutron/security_errors.h"

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
    {"extra_dhcp_opts", kPost | kPut, valid_dhcp_options},
    {"dns_name", kPost | kPut, valid_dns_name},
    {"dns_domain", kPost | kPut, valid_dns_domain},
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

/// Ports of the network's own services are trusted: neither source checks nor groups, whatever is asked.
constexpr std::string_view kTrustedOwner = "network:";

using FixedIps = std::optional<std::vector<ipam::AddressRequest>>;

Result<FixedIps> read_fixed_ips(const json::object& body) {
  const auto* list = given(body, "fixed_ips");
  if (!list) return FixedIps();
  std::vector<ipam::AddressRequest> requests;
  for (const auto& item : list->as_array()) {
    ipam::AddressRequest request;
    request.subnet = uuid_of(item.as_object(), "subnet_id");
    if (auto ip = text_of(item.as_object(), "ip_address")) request.ip = IpAddress::parse(*ip);
    if (!request.subnet && !request.ip)
      return invalid_input("IP allocation requires subnet_id or ip_address");
    requests.push_back(request);
  }
  return FixedIps(std::move(requests));
}

std::optional<std::vector<Uuid>> read_groups(const json::object& body) {
  const auto* list = given(body, "security_groups");
  if (!list) return std::nullopt;
  std::vector<Uuid> groups;
  for (const auto& item : list->as_array())
    groups.push_back(*Uuid::parse({item.as_string().data(), item.as_string().size()}));
  return groups;
}

model::AddressPair read_pair(const json::object& item) {
  model::AddressPair pair;
  if (auto mac = text_of(item, "mac_address")) {
    pair.mac = read_any_mac(*mac);
    if (pair.mac->to_string() != *mac) pair.mac_text = *mac;
  }
  auto ip = *text_of(item, "ip_address");
  pair.ip = *IpPrefix::parse(ip);
  if (pair.ip.to_string() != ip) pair.ip_text = ip;
  return pair;
}

/// Neutron compares what is written; a pair without a MAC has the port's `own`, if that is known yet.
bool are_same(const model::AddressPair& a, const model::AddressPair& b,
              const std::optional<MacAddress>& own) {
  return a.ip == b.ip && a.ip_text == b.ip_text && (a.mac ? a.mac : own) == (b.mac ? b.mac : own) &&
         a.mac_text == b.mac_text;
}

Result<std::vector<model::AddressPair>> read_pairs(const json::value& list,
                                                   const std::optional<MacAddress>& own) {
  std::vector<model::AddressPair> pairs;
  for (const auto& item : list.as_array()) {
    auto pair = read_pair(item.as_object());
    if (std::any_of(pairs.begin(), pairs.end(),
                    [&](const auto& other) { return are_same(pair, other, own); }))
      return fail(Errc::kInvalid,
                  "Request contains duplicate address pair: mac_address " +
                      text_of(item.as_object(), "mac_address").value_or("None") + " ip_address " +
                      *text_of(item.as_object(), "ip_address") + ".",
                  "DuplicateAddressPairInRequest");
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

std::optional<MacAddress> read_mac(const json::object& body) {
  auto text = text_of(body, "mac_address");
  return text ? MacAddress::parse(*text) : std::nullopt;
}

/// What POST and PUT have in common.
Result<void> read_settings(const json::object& body, const std::optional<MacAddress>& own_mac, Port& port) {
  read(body, "admin_state_up", port.admin_state_up);
  read(body, "device_id", port.device_id);
  read(body, "device_owner", port.device_owner);
  read(body, "port_security_enabled", port.port_security_enabled);
  read(body, "dns_name", port.dns_name);
  read(body, "dns_domain", port.dns_domain);
  read(body, "binding:vnic_type", port.vnic_type);
  if (const auto* host = given(body, "binding:host_id"))
    port.host = host->is_null() ? std::string() : *text_of(body, "binding:host_id");
  if (const auto* profile = given(body, "binding:profile")) port.binding_profile = json::serialize(*profile);
  if (const auto* pairs = given(body, "allowed_address_pairs")) {
    WEFT_TRY(port.allowed_address_pairs, read_pairs(*pairs, own_mac));
  }
  return {};
}

void change_options(const json::object& body, Port& port) {
  if (const auto* options = given(body, "extra_dhcp_opts"))
    change_dhcp_options(port.extra_dhcp_opts, options->as_array());
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

  Task<void> update(Context context, Uuid id, json::object body, IfRevision if_revision) override {
    auto before = intent().find<Port>(id);
    if (!before) co_return fail(not_found(id.to_string()));
    WEFT_CO_CHECK(check_revision(if_revision, before->revision));
    ipam::PortChange change;
    change.id = id;
    change.after = *before;
    change.if_revision = if_revision;
    WEFT_CO_TRY(change.fixed_ips, read_fixed_ips(body));
    change.groups = read_groups(body);
    touch(change.after, body);
    WEFT_CO_CHECK(read_settings(body, read_mac(body).value_or(before->mac), change.after));
    WEFT_CO_CHECK(check_name(body));
    WEFT_CO_CHECK(change_mac(body, *before, change.after));
    WEFT_CO_CHECK(check_visible(context, change.after, change.groups));
    change.revise = [this, body](Port& port) {
      change_options(body, port);
      return check_full_name_of(port);
    };
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
    request.mac = read_mac(body);
    WEFT_CHECK(read_settings(body, request.mac, port));
    change_options(body, port);
    WEFT_CHECK(check_name(body));
    WEFT_CHECK(check_full_name_of(port));
    if (port.device_owner.starts_with(kTrustedOwner)) port.port_security_enabled = false;
    if (const auto* tags = given(body, "tags"))
      for (const auto& tag : tags->as_array())
        port.tags.emplace_back(tag.as_string().data(), tag.as_string().size());
    WEFT_TRY(request.fixed_ips, read_fixed_ips(body));
    request.groups = read_groups(body);
    WEFT_CHECK(check_visible(context, port, request.groups));
    return request;
  }

  Result<void> check_name(const json::object& body) const {
    return check_name_in_domain(text_of(body, "dns_name").value_or(""), services_.dns_domain);
  }

  Result<void> check_full_name_of(const Port& port) const {
    const auto network = intent().find<model::Network>(port.network);
    return check_full_name(port, network.get(), services_.dns_domain);
  }

  /// Somebody else's groups are not there; that the others exist is checked with the write. Who may not have
  /// groups at all hears of that first.
  Result<void> check_visible(const Context& context, const Port& port,
                             const std::optional<std::vector<Uuid>>& groups) const {
    if (context.admin || !groups || !port.port_security_enabled) return {};
    for (const auto& id : *groups) {
      auto group = intent().find<model::SecurityGroup>(id);
      if (group && group->project_id != port.project_id)
        return fail(security_group_not_found(id.to_string()));
    }
    return {};
  }

  Result<void> change_mac(const json::object& body, const Port& before, Port& after) const {
    auto mac = read_mac(body);
    if (!mac) return {};
    after.mac = *mac;
    bool moves = after.host != before.host;
    if (after.mac == before.mac || before.host.empty() || moves) return {};
    return fail(Errc::kConflict,
                "Unable to complete operation on port " + before.id.to_string() +
                    ", port is already bound, port type: ovs, old_mac " + before.mac.to_string() +
                    ", new_mac " + after.mac.to_string() + ".",
                "PortBound");
  }
};

}  // namespace

std::unique_ptr<Resource> make_ports(const Services& services) {
  return std::make_unique<Ports>(services);
}

}  // namespace weft::neutron
