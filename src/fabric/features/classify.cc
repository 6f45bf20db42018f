#include "fabric/features/classify.h"

namespace weft::fabric {

Flows classify_port(const PortView& port) {
  return {flow(family::kLocalPort, on_port(port.ofport),
               {load(kNetworkField, port.network.value),
                load(kSourcePolicy, static_cast<std::uint64_t>(port.policy())), load(kSourceZone, port.zone),
                go(Table::kPortSecurity)})};
}

Flows classify_tunnel(const Tunnel& tunnel) {
  const openflow::SubField vni{openflow::Field::kTunId, 0, kVniBits};
  const openflow::SubField key{kNetworkField.field(), kNetworkField.low, kVniBits};
  return {flow(family::kTunnel, on_port(tunnel.ofport),
               {load(kNetworkField, encapsulation_bits(tunnel.encapsulation) << kVniBits),
                openflow::Move{vni, key}, load(kFromTunnel, 1), go(Table::kL2Lookup)})};
}

}  // namespace weft::fabric
