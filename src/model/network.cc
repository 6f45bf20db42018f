#include "model/network.h"

namespace weft::model {

std::string_view to_string(Encapsulation encapsulation) {
  return encapsulation == Encapsulation::kVxlan ? "vxlan" : "geneve";
}

std::optional<Encapsulation> parse_encapsulation(std::string_view text) {
  if (text == "vxlan") return Encapsulation::kVxlan;
  if (text == "geneve") return Encapsulation::kGeneve;
  return std::nullopt;
}

int overhead(Encapsulation, IpVersion underlay) {
  constexpr int kUdp = 8, kTunnelHeader = 8, kInnerEthernet = 14;  // both headers have 8 bytes
  return (underlay == IpVersion::kV4 ? 20 : 40) + kUdp + kTunnelHeader + kInnerEthernet;
}

}  // namespace weft::model
