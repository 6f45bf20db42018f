#include "fabric/features/classify.h"

#include "fabric/features/neighbour_security.h"

namespace weft::fabric {

using openflow::Match;

Flows classify_port(const PortView& port) {
  return {flow(family::kLocalPort, on_port(port.ofport),
               {load(kNetworkField, port.network.value),
                load(kSourcePolicy, static_cast<std::uint64_t>(port.policy())), load(kSourceZone, port.zone),
                go(Table::kPortSecurity)})};
}

Flows classify_tunnel(const Tunnel& tunnel) {
  const openflow::SubField vni{openflow::Field::kTunId, 0, kVniBits};
  const openflow::SubField key{kNetworkField.field(), kNetworkField.low, kVniBits};
  const Match any = on_port(tunnel.ofport);
  Actions arrives = {load(kNetworkField, encapsulation_bits(tunnel.encapsulation) << kVniBits),
                     openflow::Move{vni, key}, load(kFromTunnel, 1)};
  Actions announces = arrives;
  announces.push_back(go(Table::kAnnouncements));
  arrives.push_back(go(Table::kL2Lookup));
  return {flow(family::kTunnelAnnouncement, arp(any), announces),
          flow(family::kTunnelAnnouncement, icmpv6(any, kNeighbourAdvertisement), announces),
          flow(family::kTunnel, any, arrives)};
}

}  // namespace weft::fabric
