#include "neutron/subnet_rules.h"

#include <algorithm>

#include "ipam/addresses.h"
#include "model/subnet_services.h"
#include "neutron/errors.h"

namespace weft::neutron {
namespace {

/// DHCP needs room for a client beside the network's own addresses: at most /30 and /126.
constexpr int kDhcpHostBits = 2;
constexpr int kEui64PrefixLength = 64;

constexpr std::size_t kMostNameservers = 5;
constexpr std::size_t kMostRoutes = 20;

tl::unexpected<Error> exhausted(std::string_view subnet, std::string_view what, std::size_t limit,
                                std::string_view type) {
  return fail(Errc::kInvalid,
              "Unable to complete operation for " + std::string(subnet) + ". The number of " +
                  std::string(what) + " exceeds the limit " + std::to_string(limit) + ".",
              std::string(type));
}

std::string text(const IpRange& range) {
  return range.start.to_string() + "-" + range.end.to_string();
}

}  // namespace

Result<void> check_cidr(const IpPrefix& cidr, bool enable_dhcp) {
  if (cidr.length() == 0) return invalid_input("0 is not allowed as CIDR prefix length");
  if (!enable_dhcp) return {};
  if (cidr.address().width() - cidr.length() < kDhcpHostBits)
    return invalid_input("Subnet has a prefix length that is incompatible with DHCP service enabled");
  if (cidr.address().is_multicast())
    return invalid_input("Multicast IP subnet is not supported if enable_dhcp is True");
  if (cidr.address().is_loopback())
    return invalid_input("Loopback IP subnet is not supported if enable_dhcp is True");
  if (cidr.version() == IpVersion::kV4 && cidr.address().is_unspecified())
    return invalid_input("First IP '0.0.0.0' of network is not supported if enable_dhcp is True");
  return {};
}

Result<void> check_modes(const model::Subnet& subnet) {
  const auto& ra_mode = subnet.ipv6_ra_mode;
  const auto& address_mode = subnet.ipv6_address_mode;
  if (subnet.cidr.version() == IpVersion::kV4) {
    if (ra_mode) return invalid_input("ipv6_ra_mode is not valid when ip_version is 4");
    if (address_mode) return invalid_input("ipv6_address_mode is not valid when ip_version is 4");
    return {};
  }
  if ((ra_mode || address_mode) && !subnet.enable_dhcp)
    return invalid_input("ipv6_ra_mode or ipv6_address_mode cannot be set when enable_dhcp is set to False");
  if (ra_mode && address_mode && ra_mode != address_mode)
    return invalid_input("ipv6_ra_mode set to '" + std::string(to_string(*ra_mode)) +
                         "' with ipv6_address_mode set to '" + std::string(to_string(*address_mode)) +
                         "' is not valid. If both attributes are set, they must be the same value");
  if (has_auto_addresses(subnet) && subnet.cidr.length() != kEui64PrefixLength)
    return invalid_input("Invalid CIDR " + subnet.cidr.to_string() +
                         " for IPv6 address mode. OpenStack uses the EUI-64 address format, which requires "
                         "the prefix to be /64");
  return {};
}

Result<void> check_modes_keep_dhcp(const model::Subnet& after) {
  if (after.enable_dhcp || (!after.ipv6_ra_mode && !after.ipv6_address_mode)) return {};
  return invalid_input("Cannot disable enable_dhcp with ipv6 attributes set");
}

Result<void> check_counts(std::string_view subnet, std::size_t nameservers, std::size_t routes) {
  if (nameservers > kMostNameservers)
    return exhausted(subnet, "DNS nameservers", kMostNameservers, "DNSNameServersExhausted");
  if (routes > kMostRoutes) return exhausted(subnet, "host routes", kMostRoutes, "HostRoutesExhausted");
  return {};
}

Result<void> check_version(const IpPrefix& cidr, std::string_view name, const IpAddress& address) {
  if (address.version() == cidr.version()) return {};
  return invalid_input(std::string(name) + " '" + address.to_string() + "' does not match the ip_version '" +
                       std::to_string(static_cast<int>(cidr.version())) + "'");
}

Result<void> check_gateway(const IpPrefix& cidr, const IpAddress& gateway) {
  WEFT_CHECK(check_version(cidr, "gateway_ip", gateway));
  const bool has_broadcast = cidr.version() == IpVersion::kV4 && cidr.length() < 31;
  if (has_broadcast && (gateway == cidr.first() || gateway == cidr.last()))
    return invalid_input("Gateway is not valid on subnet");
  return {};
}

Result<void> check_pools(const IpPrefix& cidr, const std::vector<IpRange>& pools) {
  const auto hosts = ipam::host_range(cidr);
  for (const auto& pool : pools) {
    if (pool.start.version() != cidr.version() || pool.end.version() != cidr.version() ||
        pool.end < pool.start)
      return fail(Errc::kInvalid, "The allocation pool " + text(pool) + " is not valid.",
                  "InvalidAllocationPool");
    if (!hosts.contains(pool.start) || !hosts.contains(pool.end))
      return fail(
          Errc::kInvalid,
          "The allocation pool " + text(pool) + " spans beyond the subnet cidr " + cidr.to_string() + ".",
          "OutOfBoundsAllocationPool");
  }
  auto sorted = pools;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i - 1].end < sorted[i].start) continue;
    return fail(Errc::kConflict,
                "Found overlapping allocation pools: " + text(sorted[i - 1]) + " " + text(sorted[i]) +
                    " for subnet " + cidr.to_string() + ".",
                "OverlappingAllocationPools");
  }
  return {};
}

Result<void> check_gateway_outside(const std::vector<IpRange>& pools, const IpAddress& gateway) {
  for (const auto& pool : pools)
    if (pool.contains(gateway))
      return fail(Errc::kConflict,
                  "Gateway ip " + gateway.to_string() + " conflicts with allocation pool " + text(pool) + ".",
                  "GatewayConflictWithAllocationPools");
  return {};
}

}  // namespace weft::neutron
