#include "fabric/features/tunnel_endpoints.h"

namespace weft::fabric {
namespace {

using openflow::Field;
using openflow::Match;

constexpr std::uint16_t kVxlanPort = 4789, kGenevePort = 6081;  // RFC 7348, RFC 8926

}  // namespace

Flows guard_tunnel_endpoints(const std::vector<IpAddress>& tunnel_ips) {
  Flows flows;
  for (const auto& address : tunnel_ips) {
    const Match to_node = ip({}, address.version(), kUdp).set(ip_destination(address.version()), address);
    for (auto port : {kVxlanPort, kGenevePort})
      flows.push_back(drop(family::kTunnelEndpoint, Match(to_node).set(Field::kUdpDst, port)));
  }
  return flows;
}

}  // namespace weft::fabric
