#pragma once
// For tests: a DHCP client's messages as frames, and what the responder answers, read back.

#include <optional>
#include <vector>

#include "agent/dhcp_responder.h"
#include "net/dhcp4.h"

namespace weft::agent::dialogue {

using Bytes = std::vector<std::uint8_t>;

inline IpAddress ip(std::string_view text) {
  return *IpAddress::parse(text);
}

inline DhcpLease example_lease() {
  return {.mac = *MacAddress::parse("fa:16:3e:00:00:01"),
          .address = ip("20.20.1.15"),
          .prefix_length = 24,
          .server = ip("20.20.1.2"),
          .server_mac = *MacAddress::parse("fa:16:3e:ff:ff:01"),
          .mtu = 1450,
          .gateway = ip("20.20.1.1"),
          .routes = {{*IpPrefix::parse("10.1.0.0/16"), ip("20.20.1.9")}, {IpPrefix(), ip("20.20.1.1")}},
          .dns_servers = {ip("8.8.8.8"), ip("8.8.4.4")},
          .ntp_servers = {ip("192.0.2.123")},
          .lease_seconds = 86400,
          .domain_name = "example.org",
          .host_name = "vm1"};
}

/// The same port's address in another subnet.
inline DhcpLease second_lease() {
  DhcpLease lease = example_lease();
  lease.address = ip("20.20.2.15");
  lease.server = ip("20.20.2.2");
  lease.gateway = ip("20.20.2.1");
  return lease;
}

inline net::DhcpMessage request(net::DhcpType type, std::optional<Bytes> list = std::nullopt) {
  net::DhcpMessage m{.xid = 0x1234, .hardware = example_lease().mac};
  m.set_number(net::dhcp_option::kMessageType, static_cast<std::uint32_t>(type), 1);
  if (list) m.options[net::dhcp_option::kParameterRequestList] = *list;
  return m;
}

inline net::Frame frame_of(const net::DhcpMessage& m) {
  net::UdpEndpoint client{m.hardware, m.client, net::kDhcpClientPort};
  net::UdpEndpoint everyone{MacAddress::broadcast(), ip("255.255.255.255"), net::kDhcpServerPort};
  return net::build_udp(client, everyone, net::build_dhcp(m));
}

struct Answer {
  DhcpOutcome outcome;
  net::UdpEndpoint from, to;
  Bytes payload;
  net::DhcpMessage message;  ///< empty when nothing was sent
};

inline Answer ask(const net::DhcpMessage& m, const std::vector<DhcpLease>& leases = {example_lease()}) {
  auto answer = answer_dhcp(frame_of(m), leases);
  Answer read{.outcome = answer.outcome};
  if (answer.frame.empty()) return read;
  auto udp = *net::parse_udp(answer.frame);
  read.from = udp.source;
  read.to = udp.destination;
  read.payload.assign(udp.payload.begin(), udp.payload.end());
  read.message = *net::parse_dhcp(udp.payload);
  return read;
}

}  // namespace weft::agent::dialogue
