#include "ipam/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "ipam/addresses.h"
#include "ipam/groups.h"

namespace weft::ipam {
namespace {

using namespace weft::model;

constexpr int kMacTries = 64;

std::uint64_t random_number() {
  static thread_local std::mt19937_64 generator{std::random_device{}()};
  return generator();
}

template <typename Map>
auto find_or_null(const Map& map, const Uuid& key) {
  auto it = map.find(key);
  return it == map.end() ? nullptr : &it->second;
}

tl::unexpected<Error> mac_in_use(const Uuid& network, const MacAddress& mac) {
  return fail(Errc::kConflict,
              fmt::format("Unable to complete operation for network {}. The mac address {} is in use.",
                          network.to_string(), mac.to_string()),
              "MacAddressInUse");
}

tl::unexpected<Error> no_more_addresses(const Uuid& network) {
  return fail(Errc::kConflict,
              fmt::format("No more IP addresses available on network {}.", network.to_string()),
              "IpAddressGenerationFailure");
}

/// A network's subnets, oldest first: Neutron's order of filling them.
std::vector<Ref<Subnet>> subnets_by_age(const Intent& intent, const Uuid& network) {
  std::vector<Ref<Subnet>> subnets;
  for (const Uuid& id : intent.subnets_of(network)) subnets.push_back(intent.find<Subnet>(id));
  std::sort(subnets.begin(), subnets.end(), [](const auto& a, const auto& b) {
    return std::tie(a->created_at, a->id) < std::tie(b->created_at, b->id);
  });
  return subnets;
}

/// The subnet that a request speaks of; null when it leaves the choice open.
Result<Ref<Subnet>> requested_subnet(const Intent& intent, const Port& port, const AddressRequest& request) {
  if (request.subnet) {
    auto subnet = intent.find<Subnet>(*request.subnet);
    const std::string id = request.subnet->to_string();
    if (!subnet)
      return fail(Errc::kNotFound, fmt::format("Subnet {} could not be found.", id), "SubnetNotFound");
    if (subnet->network == port.network) return subnet;
    return fail(
        Errc::kInvalid,
        fmt::format("Invalid input for operation: Failed to create port on network {}, because fixed_ips "
                    "included invalid subnet {}.",
                    port.network.to_string(), id),
        "InvalidInput");
  }
  if (!request.ip) return nullptr;
  for (const Uuid& id : intent.subnets_of(port.network)) {
    auto subnet = intent.find<Subnet>(id);
    if (is_host_address(subnet->cidr, *request.ip)) return subnet;
  }
  return fail(Errc::kInvalid,
              fmt::format("IP address {} is not a valid IP for any of the subnets on the specified network.",
                          request.ip->to_string()),
              "InvalidIpForNetwork");
}

std::vector<GroupMember> memberships(const Port& port, const std::set<Uuid>& groups) {
  std::vector<GroupMember> rows;
  for (const Uuid& group : groups) rows.push_back({Uuid::random(), group, port.id, port.network});
  return rows;
}

/// Does an address that the port has already satisfy the request?
bool satisfies(const Address& address, const AddressRequest& request) {
  return (request.subnet || request.ip) && (!request.subnet || *request.subnet == address.subnet) &&
         (!request.ip || *request.ip == address.ip);
}

}  // namespace

Result<void> check_port_security(const Port& port, const std::optional<std::vector<Uuid>>& named,
                                 bool has_groups) {
  if (port.port_security_enabled) return {};
  if (!port.allowed_address_pairs.empty()) {
    return fail(Errc::kConflict,
                "Port Security must be enabled in order to have allowed address pairs on a port.",
                "AddressPairAndPortSecurityRequired");
  }
  if (named && !named->empty()) {
    return fail(
        Errc::kInvalid,
        "Port security must be enabled and port must have an IP address in order to use security groups.",
        "PortSecurityAndIPRequiredForSecurityGroups");
  }
  if (named || !has_groups) return {};
  return fail(
      Errc::kConflict,
      "Port has security group associated. Cannot disable port security or IP address until security group "
      "is removed.",
      "PortSecurityPortHasSecurityGroup");
}

bool wants_default_group(const PortRequest& request) {
  return !request.groups && request.port.port_security_enabled;
}

PortPlanner::PortPlanner(const Intent& intent, const store::AddressClaims& under_way)
    : intent_(intent), under_way_(under_way) {}

Result<PortRows> PortPlanner::create(const PortRequest& request, const std::optional<Uuid>& default_group) {
  PortRows rows{.port = request.port};
  Port& port = rows.port;
  if (port.id.is_nil()) port.id = Uuid::random();
  if (!intent_.find<Network>(port.network)) {
    return fail(Errc::kNotFound, fmt::format("Network {} could not be found.", port.network.to_string()),
                "NetworkNotFound");
  }
  WEFT_TRY(port.mac, mac(port.network, request.mac));
  WEFT_CHECK(check_port_security(port, request.groups, false));
  const auto named = request.groups.value_or(std::vector<Uuid>{});
  WEFT_CHECK(check_one_kind(intent_, named));
  std::set<Uuid> groups(named.begin(), named.end());
  if (wants_default_group(request) && default_group) groups = {*default_group};
  rows.memberships = memberships(port, groups);
  if (!request.fixed_ips) {
    WEFT_TRY(rows.addresses, default_addresses(port));
    return rows;
  }
  for (const AddressRequest& wanted : *request.fixed_ips) {
    WEFT_TRY(Address address, this->address(port, wanted));
    rows.addresses.push_back(address);
  }
  return rows;
}

Result<PortPlanner::Change> PortPlanner::update(const Port& before, const PortChange& change) {
  Change plan{.rows = {.port = change.after}};
  const Port& port = plan.rows.port;
  if (port.mac != before.mac) {
    WEFT_CHECK(mac(port.network, port.mac));
  }

  WEFT_CHECK(check_port_security(port, change.groups, !intent_.memberships_of_port(port.id).empty()));
  if (change.groups) {
    WEFT_CHECK(check_one_kind(intent_, *change.groups));
    std::set<Uuid> groups(change.groups->begin(), change.groups->end());
    for (const Uuid& id : intent_.memberships_of_port(port.id)) {
      const bool kept = groups.erase(intent_.find<GroupMember>(id)->group) > 0;
      if (!kept) plan.removed_memberships.push_back(id);
    }
    plan.rows.memberships = memberships(port, groups);
  }

  if (!change.fixed_ips) return plan;
  std::vector<Address> had = intent_.fixed_ips(port.id);
  std::vector<AddressRequest> wanted = *change.fixed_ips;
  // Exact wishes first: "this subnet, any address" must not take the row that another entry names.
  std::stable_partition(wanted.begin(), wanted.end(),
                        [](const auto& request) { return request.ip.has_value(); });
  for (const AddressRequest& request : wanted) {
    auto kept = std::find_if(had.begin(), had.end(), [&](const Address& a) { return satisfies(a, request); });
    if (kept != had.end()) {
      had.erase(kept);
      continue;
    }
    WEFT_TRY(Address address, this->address(port, request));
    plan.rows.addresses.push_back(address);
  }
  for (const Address& address : had) plan.removed_addresses.push_back(address.id);
  return plan;
}

Result<std::vector<Address>> PortPlanner::default_addresses(const Port& port) {
  std::vector<Address> addresses;
  for (IpVersion version : {IpVersion::kV4, IpVersion::kV6}) {
    bool has_subnets = false;
    std::optional<Address> found;
    for (const auto& subnet : subnets_by_age(intent_, port.network)) {
      if (found || subnet->cidr.version() != version) continue;
      has_subnets = true;
      found = free_address(port, *subnet);
    }
    if (found)
      addresses.push_back(*found);
    else if (has_subnets)
      return no_more_addresses(port.network);
  }
  return addresses;
}

Result<Address> PortPlanner::address(const Port& port, const AddressRequest& request) {
  if (request.ip) return chosen_address(port, request);
  WEFT_TRY(auto subnet, requested_subnet(intent_, port, request));
  if (subnet) {
    if (auto found = free_address(port, *subnet)) return *found;
    return no_more_addresses(port.network);
  }
  for (const auto& any : subnets_by_age(intent_, port.network)) {
    if (auto found = free_address(port, *any)) return *found;
  }
  return no_more_addresses(port.network);
}

Result<Address> PortPlanner::chosen_address(const Port& port, const AddressRequest& request) {
  WEFT_TRY(auto subnet, requested_subnet(intent_, port, request));
  const std::string ip = request.ip->to_string();
  if (!is_host_address(subnet->cidr, *request.ip)) {
    return fail(Errc::kInvalid, fmt::format("IP address {} is not a valid IP for the specified subnet.", ip),
                "InvalidIpForSubnet");
  }
  // An address that another write of ours is about to take is left to the store's index: that write may yet
  // fail.
  const bool new_in_batch = batch_[subnet->id].insert(*request.ip).second;
  if (!new_in_batch || intent_.addresses_of_subnet(subnet->id).contains(*request.ip)) {
    return fail(Errc::kConflict,
                fmt::format("IP address {} already allocated in subnet {}", ip, subnet->id.to_string()),
                "IpAddressAlreadyAllocated");
  }
  return Address{Uuid::random(), port.network, subnet->id, port.id, *request.ip};
}

std::optional<Address> PortPlanner::free_address(const Port& port, const Subnet& subnet) {
  auto& batch = batch_[subnet.id];
  Taken taken{&intent_.addresses_of_subnet(subnet.id), find_or_null(under_way_, subnet.id), &batch};
  auto ip = find_free(subnet, taken, random_number());
  if (!ip) return std::nullopt;
  batch.insert(*ip);
  return Address{Uuid::random(), port.network, subnet.id, port.id, *ip};
}

Result<MacAddress> PortPlanner::mac(const Uuid& network, const std::optional<MacAddress>& wanted) {
  auto is_free = [&](const MacAddress& mac) {
    return !intent_.port_by_mac(network, mac) && batch_macs_.insert({network, mac}).second;
  };
  if (wanted) {
    if (is_free(*wanted)) return *wanted;
    return mac_in_use(network, *wanted);
  }
  for (int i = 0; i < kMacTries; ++i) {
    const MacAddress mac = MacAddress::random_tenant();
    if (is_free(mac)) return mac;
  }
  return fail(Errc::kUnavailable,
              fmt::format("Unable to generate unique mac on network {}.", network.to_string()),
              "MacAddressGenerationFailure");
}

}  // namespace weft::ipam
