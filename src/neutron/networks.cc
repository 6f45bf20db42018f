#include "ipam/network_mtu.h"
#include "ipam/ports.h"
#include "neutron/port_names.h"
#include "neutron/resource.h"

namespace weft::neutron {
namespace {

using model::Network;

constexpr Names kNames{"networks", "network", "networks"};

constexpr Attribute kAttributes[] = {
    {"id"},
    {"name", kPost | kPut, valid_name},
    {"description", kPost | kPut, valid_description},
    {"project_id", kPost, valid_text},
    {"tenant_id", kPost, valid_text},
    {"admin_state_up", kPost | kPut, valid_boolean},
    {"shared", kPost | kPut, valid_boolean},
    {"mtu", kPost | kPut, valid_integer},
    {"port_security_enabled", kPost | kPut, valid_boolean},
    {"dns_domain", kPost | kPut, valid_dns_domain},
    {"provider:network_type", kPost, valid_text_or_null},
    {"provider:physical_network", kPost, valid_text_or_null},
    {"provider:segmentation_id", kPost, valid_integer_or_null},
    {"router:external", kPost | kPut, valid_boolean},
    {"is_default", kPost | kPut, valid_nothing},
    {"qos_policy_id", kPost | kPut, valid_nothing},
    {"vlan_transparent", kPost, valid_nothing},
    {"availability_zone_hints", kPost, valid_nothing},
    {"status"},
    {"subnets"},
    {"availability_zones"},
    {"ipv4_address_scope"},
    {"ipv6_address_scope"},
    {"l2_adjacency"},
    {"tags"},
    {"created_at"},
    {"updated_at"},
    {"revision_number"},
};

Result<void> read_provider(const json::object& body, Network& network) {
  auto type = text_of(body, "provider:network_type");
  auto physical = text_of(body, "provider:physical_network");
  auto segment = integer_of(body, "provider:segmentation_id");
  if (!type) {
    if (physical || segment) return invalid_input("network_type required");
    return {};
  }
  auto encapsulation = model::parse_encapsulation(*type);
  if (!encapsulation)
    return invalid_input("network_type value '" + *type +
                         "' not supported, networks are vxlan or geneve: provider networks come later");
  if (physical) return invalid_input("provider:physical_network specified for " + *type + " network");
  if (segment && (*segment < 1 || *segment > model::kMaxVni))
    return invalid_input("segmentation_id out of range (1 through " + std::to_string(model::kMaxVni) + ")");
  network.encapsulation = *encapsulation;
  network.vni = segment.value_or(0);
  return {};
}

class Networks : public ResourceOf<Network> {
 public:
  using ResourceOf::ResourceOf;
  const Names& names() const override { return kNames; }
  Attributes attributes() const override { return kAttributes; }
  Error not_found(std::string_view id) const override {
    return Error(Errc::kNotFound, "Network " + std::string(id) + " could not be found.", "NetworkNotFound");
  }

  Task<std::vector<Uuid>> create(Context context, std::vector<json::object> bodies) override {
    std::vector<Network> networks;
    for (const auto& body : bodies) {
      WEFT_CO_TRY(auto network, read_new(context, body));
      networks.push_back(std::move(network));
    }
    for (const auto& network : networks) {
      auto project = network.project_id;
      if (intent().default_group_of(project)) continue;
      WEFT_CO_CHECK(co_await ipam::ensure_default_group(store(), project));
    }
    auto ids = ids_of(networks);
    WEFT_CO_CHECK(co_await ipam::create_networks(store(), std::move(networks)));
    co_return ids;
  }

  Task<void> update(Context, Uuid id, json::object body, IfRevision if_revision) override {
    auto before = intent().find<Network>(id);
    if (!before) co_return fail(not_found(id.to_string()));
    WEFT_CO_CHECK(check_revision(if_revision, before->revision));
    ipam::NetworkChange change;
    change.after = *before;
    change.if_revision = if_revision;
    touch(change.after, body);
    WEFT_CO_CHECK(read_settings(body, change.after));
    co_return co_await ipam::update_network(store(), std::move(change));
  }

  Task<void> remove(Context, Uuid id) override { co_return co_await ipam::delete_network(store(), id); }

 private:
  Result<Network> read_new(const Context& context, const json::object& body) const {
    Network network;
    fill_common(network, context, body);
    WEFT_CHECK(read_provider(body, network));
    network.mtu = most_mtu(network);
    WEFT_CHECK(read_settings(body, network));
    return network;
  }

  Result<void> read_settings(const json::object& body, Network& network) const {
    bool external = false;
    read(body, "router:external", external);
    if (external)
      return invalid_input("router:external is not supported, networks are internal: routers come later");
    read(body, "admin_state_up", network.admin_state_up);
    read(body, "shared", network.shared);
    read(body, "port_security_enabled", network.port_security_enabled);
    read(body, "dns_domain", network.dns_domain);
    WEFT_CHECK(check_names_of_ports(network));
    return read_mtu(body, network);
  }

  Result<void> check_names_of_ports(const Network& network) const {
    if (network.dns_domain.empty()) return {};
    for (const auto& id : intent().ports_of(network.id)) {
      WEFT_CHECK(check_full_name(*intent().find<model::Port>(id), &network, services_.dns_domain));
    }
    return {};
  }

  int most_mtu(const Network& network) const {
    return ipam::largest_mtu(network.encapsulation, services_.underlay_mtu, services_.overlay_version);
  }

  /// 0 stands for the most that is possible.
  Result<void> read_mtu(const json::object& body, Network& network) const {
    auto mtu = integer_of(body, "mtu");
    if (!mtu) return {};
    const int most = most_mtu(network), least = ipam::smallest_mtu(IpVersion::kV4);
    if (*mtu > most) return invalid_input("Requested MTU is too big, maximum is " + std::to_string(most));
    if (*mtu != 0 && *mtu < least)
      return invalid_input("Requested MTU is too small, minimum is " + std::to_string(least));
    network.mtu = *mtu == 0 ? most : static_cast<int>(*mtu);
    return {};
  }
};

}  // namespace

std::unique_ptr<Resource> make_networks(const Services& services) {
  return std::make_unique<Networks>(services);
}

}  // namespace weft::neutron
