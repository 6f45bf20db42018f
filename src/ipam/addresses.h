#pragma once
// Choosing addresses within a subnet: pure functions of what is taken.

#include <cstdint>
#include <map>
#include <set>

#include "model/network.h"

namespace weft::ipam {

/// The addresses that are in use or promised; a null member means none.
struct Taken {
  const std::map<IpAddress, Uuid>* in_use = nullptr;   ///< of the store
  const std::set<IpAddress>* under_way = nullptr;      ///< of writes that this process has sent
  const std::set<IpAddress>* in_this_batch = nullptr;  ///< of the request being planned
};

/// May a port have this address by the subnet's shape: inside, and not the IPv4 network or broadcast address?
bool is_host_address(const IpPrefix& cidr, const IpAddress& ip);

/// May a port of this owner be given this address by name? As is_host_address(); also not an IPv6 subnet's
/// first address, which is for routers.
bool may_be_given(const IpPrefix& cidr, const IpAddress& ip, std::string_view device_owner);

/// A free address of the subnet's allocation pools: the first one at or after a place that `random` picks,
/// going around. Never the gateway. Nothing when all are taken.
std::optional<IpAddress> find_free(const model::Subnet& subnet, const Taken& taken, std::uint64_t random);

/// The last free address of the pools.
std::optional<IpAddress> find_last_free(const model::Subnet& subnet, const Taken& taken);

/// The first and the last address that pools may give.
IpRange host_range(const IpPrefix& cidr);

/// The gateway of a subnet that names none, as Neutron chooses it: the first host of IPv4; of IPv6, where
/// every router answers for it, the block's first address (RFC 4291, 2.6.1).
IpAddress default_gateway(const IpPrefix& cidr);

/// All host addresses but the gateway.
std::vector<IpRange> default_pools(const IpPrefix& cidr, const std::optional<IpAddress>& gateway);

}  // namespace weft::ipam
