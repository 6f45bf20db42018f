#include "cli/drop_explanation.h"

#include <fmt/format.h>

#include "cli/drop_view.h"
#include "cli/openstack.h"
#include "fabric/packet_in.h"
#include "model/subnet_services.h"

namespace weft::cli {
namespace {

using fabric::Drop;

Explanation only_without_port_security(const DropView& view, std::string why, std::string when) {
  Explanation out{.object = view.port_text(), .why = std::move(why)};
  out.remedies.push_back({.text = std::move(when), .commands = {open_port_command(view.port_word())}});
  return out;
}

Explanation explain_tag(const DropView& view) {
  const auto& vlans = view.sample.headers.vlans;
  return only_without_port_security(view,
                                    fmt::format("a VLAN tag{} could hide a spoofed header",
                                                vlans.empty() ? "" : fmt::format(" ({})", vlans.front())),
                                    "send it untagged, or trust the port");
}

Explanation explain_other_protocol(const DropView& view) {
  const auto type = view.sample.headers.ethertype;
  return only_without_port_security(
      view,
      type < 0x600 ? std::string("it is an 802.3 frame: with port security only IP and ARP pass")
                   : fmt::format("ethertype 0x{:04x}: with port security only IP and ARP pass", type),
      "trust the port");
}

Explanation explain_unknown_port(const DropView& view) {
  Explanation out{.object = view.sample.interface.empty()
                                ? view.port_text()
                                : fmt::format("interface {} of {}", view.sample.interface, view.sample.node),
                  .why = view.sample.failure};
  if (!view.port) {
    if (out.why.empty()) out.why = "it carries no port: no external_ids:iface-id names one";
    return out;
  }
  const auto word = view.port_word();
  if (!view.port->admin_state_up) {
    out.why = view.port_text() + " is administratively down";
    out.remedies.push_back({.text = "bring it up", .commands = {"openstack port set --enable " + word}});
  } else if (view.port->host != view.sample.node) {
    out.remedies.push_back(
        {.text = "if it belongs here",
         .commands = {fmt::format("openstack port set --host {} {}", shell_word(view.sample.node), word)}});
  } else {
    out.remedies.push_back({.text = "look at it", .commands = {"weft port show " + word}});
  }
  if (out.why.empty()) out.why = view.port_text() + " has no flows here";
  return out;
}

Explanation explain_unknown_network(const DropView& view) {
  return {.object = "node " + view.sample.node,
          .why = "no port of that network is here: the node that sent it has not heard of that yet",
          .remedies = {}};
}

Explanation explain_port_down(const DropView& view) {
  Explanation out{.object = view.port_text(), .why = "the port is administratively down"};
  out.remedies.push_back(
      {.text = "bring it up", .commands = {"openstack port set --enable " + view.port_word()}});
  return out;
}

/// A subnet's own port, which no interface stands behind.
Explanation explain_distributed(const DropView& view) {
  return {.object = view.port_text(),
          .why =
              "it is the network's own service, which answers DHCP, ARP, neighbour discovery and ping, and "
              "nothing else",
          .remedies = {}};
}

Explanation explain_no_destination(const DropView& view) {
  if (view.port && model::served_subnet(*view.port)) return explain_distributed(view);
  Explanation out{.object = view.port_text(), .why = "the port has no interface on its node"};
  const auto word = view.port_word();
  if (view.port && view.port->host.empty()) {
    out.why = "the port is bound to no node";
    out.remedies.push_back({.text = "bind it", .commands = {"openstack port set --host NODE " + word}});
    return out;
  }
  if (view.port && view.port->host != view.sample.node)
    out.why = fmt::format("there is no tunnel from {} to {}", view.sample.node, view.port->host);
  out.remedies.push_back({.text = "look at it", .commands = {"weft port show " + word, "weft node list"}});
  return out;
}

Explanation explain_too_many_macs(const DropView& view) {
  return {
      .object = view.port_text(),
      .why = "it announced more MACs that belong to no port than a switch learns behind one in five minutes",
      .remedies = {{.text = "give what nests behind it ports of its own, or wait"}}};
}

Explanation explain_tunnel_endpoint(const DropView& view) {
  return {
      .object = view.port_text(),
      .why = "a tunnel's packet from inside a network could speak in another network",
      .remedies = {{.text = "never allowed: tunnels between instances end at the instances' own addresses"}}};
}

Explanation explain_too_big(const DropView& view) {
  const auto network = view.port ? view.intent.find<model::Network>(view.port->network) : nullptr;
  const auto mtu = network ? std::to_string(network->mtu) : "MTU";
  return {.object = view.port_text(),
          .why = fmt::format(
              "the packet is larger than the network's MTU ({}); ICMP told its sender, unless it was "
              "sent to a group, is a later fragment or an ICMP error, or more than {} a second",
              mtu, fabric::kTooBigAnswersPerSecond),
          .remedies = {{.text = "inside, if the interface takes its MTU from neither DHCP nor router "
                                "advertisements",
                        .commands = {fmt::format("ip link set dev INTERFACE mtu {}", mtu)}}}};
}

/// What shows the requests of the port on its node.
Remedy look_at_requests(const DropView& view) {
  const auto& interface = view.sample.interface;
  return {.text = "see what it sends, on " + view.sample.node,
          .commands = {fmt::format("tcpdump -e -n -vv -i {} 'udp port 67 or udp port 547 or icmp6'",
                                   interface.empty() ? "INTERFACE" : shell_word(interface))}};
}

Explanation explain_too_many_requests(const DropView& view) {
  return {
      .object = view.port_text(),
      .why = fmt::format("it sends more than {} DHCP requests and router solicitations a second: a client "
                         "that does not take its answers, or a flood",
                         fabric::kRequestsPerSecond),
      .remedies = {look_at_requests(view)}};
}

Explanation explain_malformed_request(const DropView& view) {
  return {
      .object = view.port_text(),
      .why = "its DHCP request or router solicitation does not follow the protocol, or came through a relay",
      .remedies = {look_at_requests(view)}};
}

Explanation explain_no_lease(const DropView& view) {
  return {
      .object = view.port_text(),
      .why =
          "the network serves DHCP, but not to this port or for the address that it asks about: none of its "
          "addresses of that IP version, or not that one, is in a subnet with DHCP",
      .remedies = {{.text = "give it an address in a subnet with DHCP, or that subnet DHCP",
                    .commands = {"openstack port set --fixed-ip subnet=SUBNET " + view.port_word(),
                                 "openstack subnet set --dhcp SUBNET"}}}};
}

}  // namespace

Explanation explain(const DropSample& sample, const model::Intent& intent) {
  const DropView view(sample, intent);
  if (auto flooded = explain_flooded(view)) return std::move(*flooded);
  switch (sample.reason->reason) {
    case Drop::kNone:
      return {};
    case Drop::kVlanTagged:
      return explain_tag(view);
    case Drop::kSpoofedMac:
    case Drop::kSpoofedIp:
    case Drop::kSpoofedArp:
    case Drop::kSpoofedNd:
      return explain_spoof(view);
    case Drop::kRogueDhcp:
      return only_without_port_security(view, "only the network's own service answers DHCP",
                                        "if this port is meant to serve DHCP, trust it");
    case Drop::kRogueRa:
      return only_without_port_security(
          view,
          view.ip() && view.ip()->fragment
              ? "a first fragment that hides its ICMPv6 type could be a router advertisement (RFC 7113)"
              : "only the network's own routers advertise themselves",
          "if this port is meant to be a router, trust it");
    case Drop::kOtherProtocolOut:
    case Drop::kOtherProtocolIn:
      return explain_other_protocol(view);
    case Drop::kNoRuleOut:
    case Drop::kNoRuleIn:
      return explain_no_rule(view);
    case Drop::kInvalidOut:
    case Drop::kInvalidIn:
      return explain_invalid(view);
    case Drop::kUnknownPort:
      return explain_unknown_port(view);
    case Drop::kUnknownNetwork:
      return explain_unknown_network(view);
    case Drop::kPortDown:
      return explain_port_down(view);
    case Drop::kNoDestination:
      return explain_no_destination(view);
    case Drop::kTooManyMacs:
      return explain_too_many_macs(view);
    case Drop::kTooBig:
      return explain_too_big(view);
    case Drop::kTooManyRequests:
      return explain_too_many_requests(view);
    case Drop::kMalformedRequest:
      return explain_malformed_request(view);
    case Drop::kNoLease:
      return explain_no_lease(view);
    case Drop::kTunnelEndpoint:
      return explain_tunnel_endpoint(view);
  }
  return {};
}

}  // namespace weft::cli
