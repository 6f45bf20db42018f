#include "ipam/addresses.h"
#include "ipam/ports.h"
#include "neutron/resource.h"
#include "neutron/subnet_rules.h"

namespace weft::neutron {
namespace {

using model::Subnet;

constexpr Names kNames{"subnets", "subnet", "subnets"};

constexpr Attribute kAttributes[] = {
    {"id"},
    {"name", kPost | kPut, valid_name},
    {"description", kPost | kPut, valid_description},
    {"project_id", kPost, valid_text},
    {"tenant_id", kPost, valid_text},
    {"network_id", kPost | kRequired, valid_uuid},
    {"ip_version", kPost | kRequired, valid_ip_version},
    {"cidr", kPost, valid_cidr},
    {"gateway_ip", kPost | kPut, valid_address_or_null},
    {"allocation_pools", kPost | kPut, valid_pools},
    {"dns_nameservers", kPost | kPut, valid_nameservers},
    {"host_routes", kPost | kPut, valid_host_routes},
    {"enable_dhcp", kPost | kPut, valid_boolean},
    {"subnetpool_id", kPost, valid_subnetpool},
    {"use_default_subnetpool", kPost, valid_boolean},
    {"prefixlen", kPost, valid_integer},
    {"ipv6_ra_mode", kPost, valid_ipv6_mode},
    {"ipv6_address_mode", kPost, valid_ipv6_mode},
    {"segment_id", kPost | kPut, valid_nothing},
    {"service_types", kPost | kPut, valid_nothing},
    {"tags"},
    {"created_at"},
    {"updated_at"},
    {"revision_number"},
};

IpAddress address_of(const json::value& value) {
  return *IpAddress::parse({value.as_string().data(), value.as_string().size()});
}

std::vector<IpRange> read_pools(const json::value& list) {
  std::vector<IpRange> pools;
  for (const auto& item : list.as_array())
    pools.push_back({address_of(item.as_object().at("start")), address_of(item.as_object().at("end"))});
  return pools;
}

std::vector<model::HostRoute> read_routes(const json::value& list) {
  std::vector<model::HostRoute> routes;
  for (const auto& item : list.as_array()) {
    const auto& route = item.as_object();
    routes.push_back({*IpPrefix::parse(*text_of(route, "destination")), address_of(route.at("nexthop"))});
  }
  return routes;
}

std::size_t count_of(const json::object& body, std::string_view list) {
  const auto* items = given(body, list);
  return items && items->is_array() ? items->as_array().size() : 0;
}

/// What POST and PUT have in common.
Result<void> read_settings(const json::object& body, Subnet& subnet) {
  read(body, "enable_dhcp", subnet.enable_dhcp);
  if (const auto* list = given(body, "dns_nameservers")) {
    subnet.dns_nameservers.clear();
    for (const auto& item : list->as_array()) subnet.dns_nameservers.push_back(address_of(item));
  }
  for (const auto& address : subnet.dns_nameservers) {
    WEFT_CHECK(check_version(subnet.cidr, "dns_nameserver", address));
  }
  if (const auto* list = given(body, "host_routes")) subnet.host_routes = read_routes(*list);
  for (const auto& route : subnet.host_routes) {
    WEFT_CHECK(check_version(subnet.cidr, "nexthop", route.nexthop));
    WEFT_CHECK(check_version(subnet.cidr, "destination", route.destination.address()));
  }
  return check_cidr(subnet.cidr, subnet.enable_dhcp);
}

Result<void> check_counts_of(const json::object& body, std::string_view subnet) {
  return check_counts(subnet, count_of(body, "dns_nameservers"), count_of(body, "host_routes"));
}

Result<void> read_gateway(const json::object& body, Subnet& subnet) {
  const auto* gateway = given(body, "gateway_ip");
  if (!gateway) return {};
  subnet.gateway_ip.reset();
  if (gateway->is_null()) return {};
  subnet.gateway_ip = address_of(*gateway);
  return check_gateway(subnet.cidr, *subnet.gateway_ip);
}

Result<void> check_gateway_of(const Subnet& subnet) {
  if (!subnet.gateway_ip) return {};
  return check_gateway_outside(subnet.allocation_pools, *subnet.gateway_ip);
}

Result<void> read_allocation_pools(const json::object& body, Subnet& subnet) {
  if (const auto* pools = given(body, "allocation_pools")) {
    subnet.allocation_pools = read_pools(*pools);
    WEFT_CHECK(check_pools(subnet.cidr, subnet.allocation_pools));
  }
  return check_gateway_of(subnet);
}

tl::unexpected<Error> bad_subnets(std::string_view why) {
  return fail(Errc::kInvalid, "Bad subnets request: " + std::string(why) + ".", "BadRequest");
}

/// There are no subnet pools: whoever wants one hears that there is none.
Result<void> check_no_pool(const json::object& body) {
  auto pool = text_of(body, "subnetpool_id");
  bool use_default = false;
  read(body, "use_default_subnetpool", use_default);
  if (pool && use_default)
    return bad_subnets("subnetpool_id and use_default_subnetpool cannot both be specified");
  if (pool == kPrefixDelegation)
    return bad_subnets("Prefix delegation is not supported: give the subnet a cidr");
  if (pool)
    return fail(Errc::kNotFound, "Subnet pool " + *pool + " could not be found.", "SubnetPoolNotFound");
  if (use_default)
    return bad_subnets("No default subnetpool found for IPv" +
                       std::to_string(*integer_of(body, "ip_version")));
  return {};
}

Result<IpPrefix> read_cidr(const json::object& body) {
  auto text = text_of(body, "cidr");
  if (text && integer_of(body, "prefixlen"))
    return bad_subnets("cidr and prefixlen must not be supplied together");
  WEFT_CHECK(check_no_pool(body));
  if (!text) return bad_subnets("a subnetpool must be specified in the absence of a cidr");
  auto cidr = *IpPrefix::parse(*text);
  auto version = *integer_of(body, "ip_version");
  if (static_cast<int>(cidr.version()) != version)
    return invalid_input("cidr '" + *text + "' does not match the ip_version '" + std::to_string(version) +
                         "'");
  return cidr;
}

std::optional<model::Ipv6Mode> read_mode(const json::object& body, std::string_view name) {
  auto word = text_of(body, name);
  return word ? model::parse_ipv6_mode(*word) : std::nullopt;
}

Result<Subnet> read_new(const Context& context, const json::object& body) {
  Subnet subnet;
  fill_common(subnet, context, body);
  subnet.revision = 0;
  subnet.network = *uuid_of(body, "network_id");
  WEFT_TRY(subnet.cidr, read_cidr(body));
  subnet.gateway_ip = ipam::default_gateway(subnet.cidr);
  subnet.ipv6_ra_mode = read_mode(body, "ipv6_ra_mode");
  subnet.ipv6_address_mode = read_mode(body, "ipv6_address_mode");
  WEFT_CHECK(check_counts_of(body, "new subnet"));
  WEFT_CHECK(read_settings(body, subnet));
  WEFT_CHECK(read_gateway(body, subnet));
  WEFT_CHECK(check_modes(subnet));
  subnet.allocation_pools = ipam::default_pools(subnet.cidr, subnet.gateway_ip);
  WEFT_CHECK(read_allocation_pools(body, subnet));
  return subnet;
}

class Subnets : public ResourceOf<Subnet> {
 public:
  using ResourceOf::ResourceOf;
  const Names& names() const override { return kNames; }
  Attributes attributes() const override { return kAttributes; }
  Error not_found(std::string_view id) const override {
    return Error(Errc::kNotFound, "Subnet " + std::string(id) + " could not be found.", "SubnetNotFound");
  }

  Task<std::vector<Uuid>> create(Context context, std::vector<json::object> bodies) override {
    std::vector<Subnet> subnets;
    for (const auto& body : bodies) {
      WEFT_CO_TRY(auto subnet, read_new(context, body));
      WEFT_CO_CHECK(check_network(context, subnet));
      subnets.push_back(std::move(subnet));
    }
    auto ids = ids_of(subnets);
    WEFT_CO_CHECK(co_await ipam::create_subnets(store(), std::move(subnets)));
    co_return ids;
  }

  Task<void> update(Context, Uuid id, json::object body, IfRevision if_revision) override {
    auto before = intent().find<Subnet>(id);
    if (!before) co_return fail(not_found(id.to_string()));
    WEFT_CO_CHECK(check_revision(if_revision, before->revision));
    ipam::SubnetChange change;
    change.after = *before;
    change.if_revision = if_revision;
    touch(change.after, body);
    WEFT_CO_CHECK(check_counts_of(body, id.to_string()));
    WEFT_CO_CHECK(read_settings(body, change.after));
    WEFT_CO_CHECK(read_gateway(body, change.after));
    WEFT_CO_CHECK(check_modes_keep_dhcp(change.after));
    WEFT_CO_CHECK(read_allocation_pools(body, change.after));
    change.check = check_gateway_of;
    co_return co_await ipam::update_subnet(store(), std::move(change));
  }

  Task<void> remove(Context, Uuid id) override { co_return co_await ipam::delete_subnet(store(), id); }

 private:
  Result<void> check_network(const Context& context, const Subnet& subnet) const {
    auto network = intent().find<model::Network>(subnet.network);
    if (!network || !(context.admin || network->project_id == context.project_id))
      return fail(Errc::kNotFound, "Network " + subnet.network.to_string() + " could not be found.",
                  "NetworkNotFound");
    return {};
  }
};

}  // namespace

std::unique_ptr<Resource> make_subnets(const Services& services) {
  return std::make_unique<Subnets>(services);
}

}  // namespace weft::neutron
