// Any bytes as a frame of a port that asks for DHCPv6 or routers, all the way to the answer, which is sound
// itself.
#include <cstdlib>

#include "agent/dhcp6_responder.h"
#include "agent/router_advertisement.h"
#include "net/dhcp6.h"
#include "net/eui64.h"

namespace {

using namespace weft;

void check(const agent::PacketAnswer& answer, bool is_udp) {
  const bool refused = answer.refusal != fabric::Drop::kNone;
  if (refused && !answer.frames.empty()) std::abort();
  if (!is_udp) return;
  for (const auto& frame : answer.frames) {
    const auto udp = net::parse_udp(frame);
    if (!udp || !net::parse_dhcp6(udp->payload)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const net::FrameView frame(data, size);
  const MacAddress server = MacAddress::from_u64(0x020000000001);
  const auto prefix = *IpPrefix::parse("2001:db8::/64");
  agent::Dhcp6Lease lease{.server_mac = server,
                          .addresses = {eui64_address(prefix, MacAddress())},
                          .on_link = {prefix},
                          .dns_servers = {prefix.first()},
                          .ntp_servers = {prefix.last()},
                          .host_name = "vm1",
                          .domain_name = "example",
                          .extra_options = {{"tag:ipxe6,59", "http://boot/", IpVersion::kV6}}};
  check(agent::answer_dhcp6(frame, lease), true);
  const net::UdpEndpoint client{MacAddress::from_u64(0x020000000002), link_local(server),
                                net::kDhcp6ClientPort};
  const net::UdpEndpoint all{MacAddress::from_u64(0x333300010002), *IpAddress::parse("ff02::1:2"),
                             net::kDhcp6ServerPort};
  if (size < 60000) check(agent::answer_dhcp6(net::build_udp(client, all, frame), lease), true);
  check(agent::answer_solicitation(frame, agent::NetworkAdvertisement{.mac = server, .message = {}}), false);
  return 0;
}
