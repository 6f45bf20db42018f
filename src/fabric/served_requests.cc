#include "fabric/served_requests.h"

#include <algorithm>
#include <cctype>

#include "model/subnet_services.h"

namespace weft::fabric {
namespace {

constexpr std::string_view kDisabled = "dhcp_disabled", kTrue = "true";

bool is_true(std::string_view value) {
  return std::ranges::equal(value, kTrue, {},
                            [](char c) { return std::tolower(static_cast<unsigned char>(c)); });
}

}  // namespace

ServedRequests served_in(const model::Intent& intent, const Uuid& network) {
  ServedRequests served;
  for (const auto& id : intent.subnets_of(network)) {
    const auto subnet = intent.find<model::Subnet>(id);
    if (!subnet) continue;
    served.dhcp4 |= model::serves_dhcp4(*subnet);
    served.dhcp6 |= model::dhcp6_service(*subnet) != model::Dhcp6Service::kNone;
    served.routers |= model::is_advertised(*subnet);
  }
  return served;
}

bool has_dhcp_disabled(const model::Port& port, IpVersion version) {
  return std::ranges::any_of(port.extra_dhcp_opts, [version](const model::ExtraDhcpOption& option) {
    return option.name == kDisabled && option.version == version && is_true(option.value);
  });
}

ServedRequests served_to(const model::Port& port, ServedRequests in_network) {
  in_network.dhcp4 &= !has_dhcp_disabled(port, IpVersion::kV4);
  in_network.dhcp6 &= !has_dhcp_disabled(port, IpVersion::kV6);
  return in_network;
}

}  // namespace weft::fabric
