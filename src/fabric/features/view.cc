#include "fabric/features/view.h"

#include <algorithm>

#include "net/eui64.h"

namespace weft::fabric {

std::vector<std::pair<MacAddress, IpPrefix>> PortView::allowed_pairs() const {
  std::vector<std::pair<MacAddress, IpPrefix>> pairs;
  auto add = [&](const MacAddress& mac, const IpPrefix& ip) {
    if (std::find(pairs.begin(), pairs.end(), std::pair(mac, ip)) == pairs.end()) pairs.emplace_back(mac, ip);
  };
  for (const auto& address : addresses) add(port->mac, IpPrefix(address, address.width()));
  for (const auto& pair : port->allowed_address_pairs) add(pair.mac.value_or(port->mac), pair.ip);
  return pairs;
}

std::set<IpAddress> PortView::own_addresses() const {
  std::set<IpAddress> own;
  for (const auto& [mac, prefix] : allowed_pairs())
    if (prefix.length() == prefix.address().width()) own.insert(prefix.address());
  return own;
}

std::vector<IpAddress> PortView::reachable_addresses() const {
  auto reachable = addresses;
  const bool has_v6 = std::ranges::any_of(addresses, [](const IpAddress& ip) { return !ip.is_v4(); });
  if (has_v6) reachable.push_back(link_local(port->mac));
  return reachable;
}

openflow::Match from(const PortView& port, const MacAddress& mac) {
  return on_port(port.ofport).set(openflow::Field::kEthSrc, mac);
}

}  // namespace weft::fabric
