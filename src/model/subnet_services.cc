#include "model/subnet_services.h"

namespace weft::model {
namespace {

constexpr std::string_view kDevicePrefix = "weft-dhcp-";

bool serves_v6(const Subnet& subnet) {
  return subnet.enable_dhcp && subnet.cidr.version() == IpVersion::kV6;
}

bool is_automatic(const std::optional<Ipv6Mode>& mode) {
  return mode == Ipv6Mode::kSlaac || mode == Ipv6Mode::kDhcpv6Stateless;
}

}  // namespace

bool serves_dhcp4(const Subnet& subnet) {
  return subnet.enable_dhcp && subnet.cidr.version() == IpVersion::kV4;
}

Dhcp6Service dhcp6_service(const Subnet& subnet) {
  if (!serves_v6(subnet)) return Dhcp6Service::kNone;
  if (!subnet.ipv6_address_mode) return subnet.ipv6_ra_mode ? Dhcp6Service::kNone : Dhcp6Service::kStateful;
  switch (*subnet.ipv6_address_mode) {
    case Ipv6Mode::kSlaac:
      return Dhcp6Service::kNone;
    case Ipv6Mode::kDhcpv6Stateless:
      return Dhcp6Service::kStateless;
    case Ipv6Mode::kDhcpv6Stateful:
      return Dhcp6Service::kStateful;
  }
  return Dhcp6Service::kNone;
}

bool is_advertised(const Subnet& subnet) {
  return serves_v6(subnet) && subnet.ipv6_ra_mode.has_value();
}

bool has_auto_addresses(const Subnet& subnet) {
  return subnet.cidr.version() == IpVersion::kV6 &&
         (is_automatic(subnet.ipv6_ra_mode) || is_automatic(subnet.ipv6_address_mode));
}

std::string distributed_device_id(const Uuid& subnet) {
  return std::string(kDevicePrefix) + subnet.to_string();
}

std::optional<Uuid> served_subnet(const Port& port) {
  if (port.device_owner != kDistributedOwner || !port.device_id.starts_with(kDevicePrefix))
    return std::nullopt;
  return Uuid::parse(std::string_view(port.device_id).substr(kDevicePrefix.size()));
}

}  // namespace weft::model
