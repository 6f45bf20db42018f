#include "base/log.h"
#include "ipam/ports.h"

namespace weft::ipam {
namespace {

std::vector<SubnetChange> unserved(const model::Intent& intent) {
  std::vector<SubnetChange> changes;
  for (const auto& [id, subnet] : intent.all<model::Subnet>()) {
    if (subnet->enable_dhcp && !intent.distributed_port_of(id)) changes.push_back({.after = *subnet});
  }
  return changes;
}

}  // namespace

Task<int> serve_older_subnets(store::Store& store) {
  const auto changes = unserved(store.intent());
  int count = 0;
  for (const SubnetChange& change : changes) {
    auto served = co_await update_subnet(store, change);
    if (served) {
      ++count;
      continue;
    }
    log::warn("ipam.subnet_unserved",
              {{"subnet", change.after.id.to_string()}, {"reason", served.error().message}});
  }
  co_return count;
}

}  // namespace weft::ipam
