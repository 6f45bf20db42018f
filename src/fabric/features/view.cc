#include "fabric/features/view.h"

#include <algorithm>

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

openflow::Match from(const PortView& port, const MacAddress& mac) {
  return on_port(port.ofport).set(openflow::Field::kEthSrc, mac);
}

}  // namespace weft::fabric
