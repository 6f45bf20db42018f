#include "fabric/features/requests.h"

#include "fabric/features/neighbour_security.h"
#include "fabric/packet_in.h"

namespace weft::fabric {
namespace {

openflow::Flow to_agent(const Family& family, openflow::Match match, std::uint32_t ofport,
                        PacketInKind kind) {
  return flow(family, std::move(match),
              {openflow::Controller{.userdata = {static_cast<std::uint8_t>(kind)},
                                    .meter_id = request_meter(ofport)}});
}

Flows dhcp4_requests(const model::Port& port, std::uint32_t ofport) {
  const openflow::Match any = on_port(ofport);
  Flows flows = {
      to_agent(family::kDhcpRequest, udp(any, IpVersion::kV4, 68, 67), ofport, PacketInKind::kDhcp)};
  if (!port.port_security_enabled) return flows;
  const auto mine = openflow::Match(any).set(openflow::Field::kEthSrc, port.mac);
  flows.push_back(flow(family::kDhcpServed, udp(mine, IpVersion::kV4, 68, 67), {go(Table::kPacketSize)}));
  return flows;
}

}  // namespace

Flows requests(const model::Port& port, std::uint32_t ofport, const ServedRequests& served) {
  const openflow::Match any = on_port(ofport);
  Flows flows;
  if (served.dhcp4) append(flows, dhcp4_requests(port, ofport));
  if (served.dhcp6) {
    flows.push_back(
        to_agent(family::kDhcp6Request, udp(any, IpVersion::kV6, 546, 547), ofport, PacketInKind::kDhcp6));
  }
  if (served.routers) {
    flows.push_back(to_agent(family::kRouterSolicitation, on_link(icmpv6(any, kRouterSolicitation)), ofport,
                             PacketInKind::kRouterSolicitation));
  }
  return flows;
}

}  // namespace weft::fabric
