#include "fabric/features/dhcp.h"

#include "fabric/packet_in.h"

namespace weft::fabric {

Flows dhcp_requests(NetworkKey network) {
  const openflow::Controller to_agent{.userdata = {static_cast<std::uint8_t>(PacketInKind::kDhcp)}};
  return {flow(family::kDhcpRequest, udp(with({}, kNetworkField, network.value), IpVersion::kV4, 68, 67),
               {to_agent})};
}

}  // namespace weft::fabric
