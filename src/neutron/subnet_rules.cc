#include "neutron/subnet_rules.h"

#include <algorithm>

#include "neutron/errors.h"

namespace weft::neutron {
namespace {

std::string text(const IpRange& range) {
  return range.start.to_string() + "-" + range.end.to_string();
}

}  // namespace

IpRange host_range(const IpPrefix& cidr) {
  bool tiny =
      cidr.length() >= cidr.address().width() - 1;  // RFC 3021: no network and broadcast address there
  if (tiny) return {cidr.first(), cidr.last()};
  return {cidr.first().next(), cidr.last().previous()};
}

Result<void> check_cidr(const IpPrefix& cidr, bool enable_dhcp) {
  if (cidr.version() != IpVersion::kV4) return invalid_input("IPv6 subnets are not supported yet");
  if (cidr.length() == 0) return invalid_input("0 is not allowed as CIDR prefix length");
  if (!enable_dhcp) return {};
  if (cidr.length() > 30)
    return invalid_input("Subnet has a prefix length that is incompatible with DHCP service enabled");
  if (cidr.address().is_multicast())
    return invalid_input("Multicast IP subnet is not supported if enable_dhcp is True");
  if (cidr.address().is_loopback())
    return invalid_input("Loopback IP subnet is not supported if enable_dhcp is True");
  return {};
}

Result<void> check_gateway(const IpPrefix& cidr, const IpAddress& gateway) {
  if (gateway.version() != cidr.version())
    return invalid_input("gateway_ip '" + gateway.to_string() + "' does not match the ip_version '" +
                         std::to_string(static_cast<int>(cidr.version())) + "'");
  bool tiny = cidr.length() >= 31;
  if (!tiny && (gateway == cidr.first() || gateway == cidr.last()))
    return invalid_input("Gateway is not valid on subnet");
  return {};
}

Result<void> check_pools(const IpPrefix& cidr, const std::vector<IpRange>& pools) {
  auto hosts = host_range(cidr);
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

std::vector<IpRange> default_pools(const IpPrefix& cidr, const std::optional<IpAddress>& gateway) {
  auto hosts = host_range(cidr);
  if (!gateway || !hosts.contains(*gateway)) return {hosts};
  std::vector<IpRange> pools;
  if (hosts.start < *gateway) pools.push_back({hosts.start, gateway->previous()});
  if (*gateway < hosts.end) pools.push_back({gateway->next(), hosts.end});
  return pools;
}

}  // namespace weft::neutron
