#include "ipam/distributed.h"

#include <fmt/format.h>

#include "ipam/addresses.h"
#include "ipam/clock.h"
#include "model/subnet_services.h"
#include "net/eui64.h"

namespace weft::ipam {
namespace {

using namespace weft::model;

MacAddress free_mac(const Intent& intent, const Uuid& network) {
  MacAddress mac = MacAddress::random_tenant();
  while (intent.port_by_mac(network, mac)) mac = MacAddress::random_tenant();
  return mac;
}

std::optional<IpAddress> choose_address(const Intent& intent, const store::AddressClaims& under_way,
                                        const Subnet& subnet, const MacAddress& mac) {
  if (has_auto_addresses(subnet)) return eui64_address(subnet.cidr, mac);
  auto claimed = under_way.find(subnet.id);
  Taken taken{.in_use = &intent.addresses_of_subnet(subnet.id),
              .under_way = claimed == under_way.end() ? nullptr : &claimed->second};
  return subnet.cidr.version() == IpVersion::kV4 ? find_last_free(subnet, taken)
                                                 : find_free(subnet, taken, 0);
}

tl::unexpected<Error> in_use(const Port& port, const Uuid& subnet, std::string_view verb) {
  return fail(Errc::kConflict,
              fmt::format("Port {} cannot be {} directly via the port API: it serves DHCP of subnet {}; "
                          "disable DHCP of that subnet to remove it.",
                          port.id.to_string(), verb, subnet.to_string()),
              "ServicePortInUse");
}

}  // namespace

Result<Address> plan_distributed_address(const Intent& intent, const store::AddressClaims& under_way,
                                         const Subnet& subnet, const Port& port) {
  auto ip = choose_address(intent, under_way, subnet, port.mac);
  if (!ip) {
    return fail(
        Errc::kConflict,
        fmt::format("No more IP addresses available for subnet {}: its pools need one more for the port "
                    "that serves DHCP.",
                    subnet.id.to_string()),
        "IpAddressGenerationFailure");
  }
  return Address{Uuid::random(), subnet.network, subnet.id, port.id, *ip};
}

Result<PortRows> plan_distributed_port(const Intent& intent, const store::AddressClaims& under_way,
                                       const Subnet& subnet) {
  auto network = intent.find<Network>(subnet.network);
  if (!network) {
    return fail(Errc::kNotFound, fmt::format("Network {} could not be found.", subnet.network.to_string()),
                "NetworkNotFound");
  }
  PortRows rows;
  Port& port = rows.port;
  port.id = Uuid::random();
  port.project_id = network->project_id;
  port.created_at = port.updated_at = now_micros();
  port.revision = 1;
  port.network = subnet.network;
  port.mac = free_mac(intent, subnet.network);
  port.device_owner = kDistributedOwner;
  port.device_id = distributed_device_id(subnet.id);
  port.port_security_enabled = false;
  WEFT_TRY(Address address, plan_distributed_address(intent, under_way, subnet, port));
  rows.addresses.push_back(address);
  return rows;
}

Result<void> check_may_delete(const Port& port) {
  auto subnet = served_subnet(port);
  if (subnet) return in_use(port, *subnet, "deleted");
  return {};
}

Result<void> check_may_update(const Port& port) {
  auto subnet = served_subnet(port);
  if (subnet) return in_use(port, *subnet, "changed");
  return {};
}

Result<void> check_ordinary(const Port& wanted) {
  if (wanted.device_owner != kDistributedOwner) return {};
  return fail(Errc::kInvalid,
              fmt::format("Invalid input for operation: device_owner {} is kept for ports that come with "
                          "subnets.",
                          wanted.device_owner),
              "InvalidInput");
}

}  // namespace weft::ipam
