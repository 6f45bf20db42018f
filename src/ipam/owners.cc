#include "ipam/owners.h"

#include <algorithm>
#include <array>

#include "model/network.h"

namespace weft::ipam {
namespace {

constexpr std::array<std::string_view, 4> kRouterInterfaces{
    "network:router_interface", "network:router_interface_distributed",
    "network:ha_router_replicated_interface", "network:router_centralized_snat"};

constexpr std::array<std::string_view, 3> kServices{"network:dhcp", model::kDistributedOwner,
                                                    "network:floatingip_agent_gateway"};

template <typename List>
bool holds(const List& list, std::string_view owner) {
  return std::find(list.begin(), list.end(), owner) != list.end();
}

}  // namespace

bool is_router_interface(std::string_view device_owner) {
  return holds(kRouterInterfaces, device_owner);
}

bool may_be_router(std::string_view device_owner) {
  return device_owner.empty() || device_owner == "network:router_gateway" ||
         is_router_interface(device_owner);
}

bool goes_with_its_network(std::string_view device_owner) {
  return holds(kServices, device_owner);
}

}  // namespace weft::ipam
