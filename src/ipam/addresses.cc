#include "ipam/addresses.h"

#include <algorithm>
#include <limits>

#include "ipam/owners.h"

namespace weft::ipam {
namespace {

constexpr std::uint64_t kMany = std::uint64_t{1} << 62;  // more than anybody numbers; keeps sums in range

/// Does the prefix lose its first and last address to "network" and "broadcast"? Not a /31 or /32 (RFC 3021),
/// nor IPv6.
bool reserves_ends(const IpPrefix& cidr) {
  return cidr.version() == IpVersion::kV4 && cidr.length() < 31;
}

/// The first address of an IPv6 subnet is every router's (RFC 4291, 2.6.1), unless it has but two (RFC 6164).
bool is_routers_anycast(const IpPrefix& cidr, const IpAddress& ip) {
  return cidr.version() == IpVersion::kV6 && cidr.length() < 127 && ip == cidr.first();
}

/// The last 8 bytes as a number, and the bytes before them.
std::uint64_t low_half(const IpAddress& ip) {
  if (ip.is_v4()) return ip.to_u32();
  std::uint64_t number = 0;
  for (std::size_t i = 8; i < 16; ++i) number = number << 8 | ip.bytes()[i];
  return number;
}

bool same_high_half(const IpAddress& a, const IpAddress& b) {
  return a.is_v4() || std::equal(a.bytes().begin(), a.bytes().begin() + 8, b.bytes().begin());
}

/// How many addresses the range has, at most kMany.
std::uint64_t size_of(const IpRange& range) {
  if (range.end < range.start) return 0;
  if (!same_high_half(range.start, range.end)) return kMany;
  return std::min(low_half(range.end) - low_half(range.start), kMany - 1) + 1;
}

/// start + offset; the sum stays within the range of which `offset` is less than the size.
IpAddress advance(const IpAddress& start, std::uint64_t offset) {
  if (start.is_v4()) return IpAddress::v4(start.to_u32() + static_cast<std::uint32_t>(offset));
  auto bytes = start.bytes();
  for (int i = 15; i >= 0 && offset; --i) {
    auto& byte = bytes[static_cast<std::size_t>(i)];
    offset += byte;
    byte = static_cast<std::uint8_t>(offset);
    offset >>= 8;
  }
  return IpAddress::v6(bytes);
}

bool holds(const std::set<IpAddress>* set, const IpAddress& ip) {
  return set && set->contains(ip);
}

/// Could a pool give this address, were it free?
bool is_for_all(const model::Subnet& subnet, const IpAddress& ip) {
  return ip != subnet.gateway_ip && is_host_address(subnet.cidr, ip) && !is_routers_anycast(subnet.cidr, ip);
}

/// The first free address of the range. Walks the addresses in use alongside, so that a run costs no
/// look-ups.
std::optional<IpAddress> first_free(const model::Subnet& subnet, const Taken& taken, const IpRange& range) {
  static const std::map<IpAddress, Uuid> kNone;
  const auto& in_use = taken.in_use ? *taken.in_use : kNone;
  auto used = in_use.lower_bound(range.start);
  for (IpAddress ip = range.start;; ip = ip.next()) {
    if (used != in_use.end() && used->first == ip) {
      ++used;
    } else if (is_for_all(subnet, ip) && !holds(taken.under_way, ip) && !holds(taken.in_this_batch, ip)) {
      return ip;
    }
    if (ip == range.end) return std::nullopt;
  }
}

std::optional<IpAddress> last_free(const model::Subnet& subnet, const Taken& taken, const IpRange& range) {
  for (IpAddress ip = range.end;; ip = ip.previous()) {
    const bool used = taken.in_use && taken.in_use->contains(ip);
    if (!used && is_for_all(subnet, ip) && !holds(taken.under_way, ip) && !holds(taken.in_this_batch, ip))
      return ip;
    if (ip == range.start) return std::nullopt;
  }
}

}  // namespace

bool is_host_address(const IpPrefix& cidr, const IpAddress& ip) {
  if (!cidr.contains(ip)) return false;
  return !reserves_ends(cidr) || (ip != cidr.first() && ip != cidr.last());
}

bool may_be_given(const IpPrefix& cidr, const IpAddress& ip, std::string_view device_owner) {
  return is_host_address(cidr, ip) && (!is_routers_anycast(cidr, ip) || may_be_router(device_owner));
}

std::optional<IpAddress> find_free(const model::Subnet& subnet, const Taken& taken, std::uint64_t random) {
  std::uint64_t total = 0;
  for (const IpRange& pool : subnet.allocation_pools) total = std::min(total + size_of(pool), kMany);
  if (total == 0) return std::nullopt;

  // The pools from the random place on, then around to the part before it.
  std::uint64_t offset = random % total;
  std::vector<IpRange> order, wrapped;
  for (const IpRange& pool : subnet.allocation_pools) {
    const std::uint64_t size = size_of(pool);
    if (size == 0) continue;
    if (!order.empty()) {
      order.push_back(pool);
    } else if (offset >= size) {
      offset -= size;
      wrapped.push_back(pool);
    } else {
      const IpAddress start = advance(pool.start, offset);
      order.push_back({start, pool.end});
      if (offset > 0) wrapped.push_back({pool.start, start.previous()});
    }
  }
  order.insert(order.end(), wrapped.begin(), wrapped.end());
  for (const IpRange& range : order) {
    if (auto ip = first_free(subnet, taken, range)) return ip;
  }
  return std::nullopt;
}

std::optional<IpAddress> find_last_free(const model::Subnet& subnet, const Taken& taken) {
  auto pools = subnet.allocation_pools;
  std::sort(pools.begin(), pools.end(), [](const auto& a, const auto& b) { return b.start < a.start; });
  for (const IpRange& pool : pools) {
    if (pool.end < pool.start) continue;
    if (auto ip = last_free(subnet, taken, pool)) return ip;
  }
  return std::nullopt;
}

IpRange host_range(const IpPrefix& cidr) {
  if (reserves_ends(cidr)) return {cidr.first().next(), cidr.last().previous()};
  const bool has_router_address = cidr.version() == IpVersion::kV6 && cidr.length() < cidr.address().width();
  return {has_router_address ? cidr.first().next() : cidr.first(), cidr.last()};
}

IpAddress default_gateway(const IpPrefix& cidr) {
  return cidr.version() == IpVersion::kV6 ? cidr.first() : host_range(cidr).start;
}

std::vector<IpRange> default_pools(const IpPrefix& cidr, const std::optional<IpAddress>& gateway) {
  const IpRange hosts = host_range(cidr);
  if (!gateway || !hosts.contains(*gateway)) return {hosts};
  std::vector<IpRange> pools;
  if (hosts.start < *gateway) pools.push_back({hosts.start, gateway->previous()});
  if (*gateway < hosts.end) pools.push_back({gateway->next(), hosts.end});
  return pools;
}

}  // namespace weft::ipam
