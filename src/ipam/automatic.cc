#include "ipam/automatic.h"

#include <algorithm>

#include "ipam/guards.h"
#include "ipam/owners.h"
#include "model/subnet_services.h"
#include "net/eui64.h"

namespace weft::ipam {

using namespace weft::model;

bool is_automatic_for(const Subnet& subnet, const Port& port) {
  return has_auto_addresses(subnet) && !is_router_interface(port.device_owner) && !served_subnet(port);
}

std::vector<Ref<Subnet>> automatic_subnets(const Intent& intent, const Port& port) {
  std::vector<Ref<Subnet>> subnets;
  for (const Uuid& id : intent.subnets_of(port.network)) {
    auto subnet = intent.find<Subnet>(id);
    if (is_automatic_for(*subnet, port)) subnets.push_back(subnet);
  }
  return subnets;
}

Address automatic_address(const Subnet& subnet, const Port& port) {
  return {Uuid::random(), port.network, subnet.id, port.id, eui64_address(subnet.cidr, port.mac)};
}

void give_automatic_addresses(store::Write& write, const Intent& intent, const Network& network,
                              const std::vector<Subnet>& made) {
  if (std::none_of(made.begin(), made.end(), has_auto_addresses)) return;
  std::vector<ovsdb::Datum> macs;
  for (const Uuid& id : intent.ports_of(network.id)) {
    auto port = intent.find<Port>(id);
    macs.emplace_back(ovsdb::Atom(port->mac.to_string()));
    bool changed = false;
    for (const Subnet& subnet : made) {
      if (!is_automatic_for(subnet, *port)) continue;
      write.insert(automatic_address(subnet, *port));
      changed = true;
    }
    if (changed) count_revision(write, *port);
  }
  write.require_values<Port>({{"network", "==", ovsdb::Datum(ovsdb::Atom(network.id))}}, "mac", macs);
}

}  // namespace weft::ipam
