#include "ipam/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "ipam/addresses.h"
#include "ipam/automatic.h"
#include "ipam/groups.h"
#include "net/eui64.h"

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
    if (subnet->network != port.network) {
      return fail(
          Errc::kInvalid,
          fmt::format("Invalid input for operation: Failed to create port on network {}, because fixed_ips "
                      "included invalid subnet {}.",
                      port.network.to_string(), id),
          "InvalidInput");
    }
    if (!request.ip || may_be_given(subnet->cidr, *request.ip, port.device_owner)) return subnet;
    return fail(
        Errc::kInvalid,
        fmt::format("IP address {} is not a valid IP for the specified subnet.", request.ip->to_string()),
        "InvalidIpForSubnet");
  }
  if (!request.ip) return nullptr;
  for (const Uuid& id : intent.subnets_of(port.network)) {
    auto subnet = intent.find<Subnet>(id);
    if (may_be_given(subnet->cidr, *request.ip, port.device_owner)) return subnet;
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

tl::unexpected<Error> not_of_choice(const IpAddress& ip, const Uuid& subnet) {
  return fail(
      Errc::kInvalid,
      fmt::format("IPv6 address {} cannot be directly assigned to a port on subnet {} as the subnet is "
                  "configured for automatic addresses",
                  ip.to_string(), subnet.to_string()),
      "AllocationOnAutoAddressSubnet");
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
  WEFT_CHECK(give_addresses(request, rows));
  return rows;
}

Result<void> PortPlanner::give_addresses(const PortRequest& request, PortRows& rows) {
  const Port& port = rows.port;
  if (!request.fixed_ips) {
    WEFT_TRY(rows.addresses, default_addresses(port));
  } else if (request.fixed_ips->empty()) {
    return {};
  } else {
    WEFT_TRY(auto chosen, chosen_ones(port, *request.fixed_ips, {}));
    for (const AddressRequest& wanted : chosen) {
      WEFT_TRY(Address address, this->address(port, wanted));
      rows.addresses.push_back(address);
    }
  }
  for (const auto& subnet : automatic_subnets(intent_, port)) {
    WEFT_TRY(Address address, claim(automatic_address(*subnet, port)));
    rows.addresses.push_back(address);
  }
  return {};
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

  if (change.fixed_ips || port.mac != before.mac) {
    WEFT_CHECK(change_addresses(change, plan));
  }
  return plan;
}

Result<void> PortPlanner::change_addresses(const PortChange& change, Change& plan) {
  const Port& port = plan.rows.port;
  const auto had = intent_.fixed_ips(port.id);
  std::vector<Address> automatic, chosen;
  std::partition_copy(had.begin(), had.end(), std::back_inserter(automatic), std::back_inserter(chosen),
                      [&](const Address& address) { return is_automatic(address, port); });
  if (change.fixed_ips) {
    WEFT_TRY(auto wanted, chosen_ones(port, *change.fixed_ips, had));
    WEFT_CHECK(exchange_chosen(std::move(chosen), wanted, plan));
  }
  return settle_automatic(automatic, change.fixed_ips.has_value(), plan);
}

/// Keeps the addresses that are wanted again.
Result<void> PortPlanner::exchange_chosen(std::vector<Address> had, const std::vector<AddressRequest>& wanted,
                                          Change& plan) {
  const Port& port = plan.rows.port;
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
  return {};
}

/// The automatic addresses that follow from the port's MAC: in every such subnet, or in those only where it
/// had one.
Result<void> PortPlanner::settle_automatic(const std::vector<Address>& had, bool everywhere, Change& plan) {
  const Port& port = plan.rows.port;
  for (const auto& subnet : automatic_subnets(intent_, port)) {
    const Address right = automatic_address(*subnet, port);
    bool has_one = false, has_right_one = false;
    for (const Address& address : had) {
      if (address.subnet != subnet->id) continue;
      has_one = true;
      if (address.ip == right.ip)
        has_right_one = true;
      else
        plan.removed_addresses.push_back(address.id);
    }
    if (has_right_one || (!everywhere && !has_one)) continue;
    WEFT_TRY(Address address, claim(right));
    plan.rows.addresses.push_back(address);
  }
  return {};
}

bool PortPlanner::is_automatic(const Address& address, const Port& port) const {
  auto subnet = intent_.find<Subnet>(address.subnet);
  return subnet && is_automatic_for(*subnet, port);
}

/// What of the wanted addresses has to be chosen, exact wishes first: "this subnet, any address" must not
/// take what another entry names. Automatic addresses come of themselves, so naming them is no wish.
Result<std::vector<AddressRequest>> PortPlanner::chosen_ones(const Port& port,
                                                             const std::vector<AddressRequest>& wanted,
                                                             const std::vector<Address>& had) const {
  std::vector<AddressRequest> chosen;
  for (const AddressRequest& request : wanted) {
    auto known = std::find_if(had.begin(), had.end(),
                              [&](const Address& a) { return request.ip && satisfies(a, request); });
    if (known != had.end()) {
      if (!is_automatic(*known, port)) chosen.push_back(request);
      continue;
    }
    WEFT_TRY(auto subnet, requested_subnet(intent_, port, request));
    if (!subnet || !is_automatic_for(*subnet, port)) {
      chosen.push_back(request);
    } else if (request.ip && *request.ip != eui64_address(subnet->cidr, port.mac)) {
      return not_of_choice(*request.ip, subnet->id);
    }
  }
  std::stable_partition(chosen.begin(), chosen.end(),
                        [](const auto& request) { return request.ip.has_value(); });
  return chosen;
}

Result<std::vector<Address>> PortPlanner::default_addresses(const Port& port) {
  std::vector<Address> addresses;
  for (IpVersion version : {IpVersion::kV4, IpVersion::kV6}) {
    bool has_subnets = false;
    std::optional<Address> found;
    for (const auto& subnet : subnets_by_age(intent_, port.network)) {
      if (found || subnet->cidr.version() != version || is_automatic_for(*subnet, port)) continue;
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
    if (is_automatic_for(*any, port)) continue;
    if (auto found = free_address(port, *any)) return *found;
  }
  return no_more_addresses(port.network);
}

Result<Address> PortPlanner::chosen_address(const Port& port, const AddressRequest& request) {
  WEFT_TRY(auto subnet, requested_subnet(intent_, port, request));
  return claim({Uuid::random(), port.network, subnet->id, port.id, *request.ip});
}

/// Gives a certain address, unless it is taken. One that another write of ours is about to take is left to
/// the store's index: that write may yet fail.
Result<Address> PortPlanner::claim(const Address& address) {
  const bool new_in_batch = batch_[address.subnet].insert(address.ip).second;
  if (new_in_batch && !intent_.addresses_of_subnet(address.subnet).contains(address.ip)) return address;
  return fail(Errc::kConflict,
              fmt::format("IP address {} already allocated in subnet {}", address.ip.to_string(),
                          address.subnet.to_string()),
              "IpAddressAlreadyAllocated");
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
