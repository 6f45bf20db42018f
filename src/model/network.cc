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

std::string_view to_string(Ipv6Mode mode) {
  switch (mode) {
    case Ipv6Mode::kSlaac:
      return "slaac";
    case Ipv6Mode::kDhcpv6Stateless:
      return "dhcpv6-stateless";
    case Ipv6Mode::kDhcpv6Stateful:
      return "dhcpv6-stateful";
  }
  return {};
}

std::optional<Ipv6Mode> parse_ipv6_mode(std::string_view text) {
  for (auto mode : {Ipv6Mode::kSlaac, Ipv6Mode::kDhcpv6Stateless, Ipv6Mode::kDhcpv6Stateful}) {
    if (to_string(mode) == text) return mode;
  }
  return std::nullopt;
}

int overhead(Encapsulation, IpVersion underlay) {
  constexpr int kUdp = 8, kTunnelHeader = 8, kInnerEthernet = 14;  // both headers have 8 bytes
  return (underlay == IpVersion::kV4 ? 20 : 40) + kUdp + kTunnelHeader + kInnerEthernet;
}

}  // namespace weft::model
