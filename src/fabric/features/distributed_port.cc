#include "fabric/features/distributed_port.h"

#include "fabric/features/arp.h"
#include "fabric/features/neighbour_answers.h"

namespace weft::fabric {
namespace {

using openflow::Field;
using openflow::Match;

constexpr std::uint64_t kTtl = 64;  // RFC 1700's default

/// Types of one version's echo request and reply (RFC 792, RFC 4443).
struct Echo {
  int protocol;
  Field type, code;
  std::uint64_t request, reply;
};
constexpr Echo kEcho4{kIcmp, Field::kIcmpType, Field::kIcmpCode, 8, 0};
constexpr Echo kEcho6{kIcmpv6, Field::kIcmpv6Type, Field::kIcmpv6Code, 128, 129};

/// Of a whole packet: the switch sees but one fragment.
openflow::Flow echo_reply(const PortView& port, const IpAddress& address) {
  const auto version = address.is_v4() ? IpVersion::kV4 : IpVersion::kV6;
  const Echo& echo = address.is_v4() ? kEcho4 : kEcho6;
  const Field source = ip_source(version), destination = ip_destination(version);
  Match asked = ip(with({}, kNetworkField, port.network.value), version, echo.protocol);
  asked.set(Field::kEthDst, port.port->mac).set(destination, address);
  asked.set(echo.type, echo.request).set(echo.code, 0).set_masked(Field::kIpFrag, 0, kFragmentMask);
  return flow(family::kEchoReply, asked,
              {move(Field::kEthSrc, Field::kEthDst), set(Field::kEthSrc, port.port->mac),
               move(source, destination), set(source, address), set(Field::kIpTtl, kTtl),
               set(echo.type, echo.reply), output(openflow::kPortInPort)});
}

}  // namespace

Flows distributed_port(const PortView& port) {
  Flows flows = arp_answers(port);
  append(flows, neighbour_answers(port));
  for (const auto& address : port.reachable_addresses()) flows.push_back(echo_reply(port, address));
  const Match to_mac = with({}, kNetworkField, port.network.value).set(Field::kEthDst, port.port->mac);
  flows.push_back(drop(family::kDistributedMac, to_mac));
  return flows;
}

}  // namespace weft::fabric
