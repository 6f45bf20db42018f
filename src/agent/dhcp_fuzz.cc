// Any bytes as a frame, and as what is in a frame for a DHCP server: answered or not, and what is sent is
// sound itself and no larger than the client takes.
#include <cstdlib>

#include "agent/dhcp_responder.h"
#include "net/dhcp4.h"

namespace {

using namespace weft;

IpAddress ip(const char* text) {
  return *IpAddress::parse(text);
}

std::vector<agent::DhcpLease> leases() {
  agent::DhcpLease lease{.mac = MacAddress::from_u64(0xfa163e000001),
                         .address = ip("20.20.1.15"),
                         .server = ip("20.20.1.2"),
                         .server_mac = MacAddress::from_u64(0xfa163eff0001),
                         .gateway = ip("20.20.1.1"),
                         .routes = {{IpPrefix(), ip("20.20.1.1")}},
                         .dns_servers = {ip("8.8.8.8")},
                         .domain_name = "example.org",
                         .host_name = "vm1"};
  lease.extra_options = agent::read_extra_options({{"tag:ipxe,67", "http://192.0.2.9/boot.ipxe"},
                                                   {"67", "undionly.kpxe"},
                                                   {"130", std::string(200, 'a')},
                                                   {"131", std::string(200, 'b')},
                                                   {"router", ""}});
  return {lease};
}

void check(net::FrameView frame) {
  static const auto kLeases = leases();
  const auto answer = agent::answer_dhcp(frame, kLeases);
  if (answer.frame.empty()) return;
  if (drop_of(answer.outcome) != fabric::Drop::kNone) std::abort();
  const auto udp = net::parse_udp(answer.frame);
  if (!udp) std::abort();
  const auto message = net::parse_dhcp(udp->payload);
  if (!message || !message->reply || !message->type()) std::abort();
  if (udp->payload.size() > static_cast<std::size_t>(kLeases.front().mtu) - 28) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const net::FrameView bytes(data, size);
  check(bytes);
  const net::UdpEndpoint client{MacAddress::from_u64(0xfa163e000001), IpAddress(), net::kDhcpClientPort};
  const net::UdpEndpoint everyone{MacAddress::broadcast(), ip("255.255.255.255"), net::kDhcpServerPort};
  if (size < 60000) check(net::build_udp(client, everyone, bytes));
  return 0;
}
