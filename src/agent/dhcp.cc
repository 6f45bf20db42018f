#include "agent/dhcp.h"

#include <algorithm>

#include "base/log.h"
#include "fabric/packet_in.h"

namespace weft::agent {
namespace {

/// The answers' source: locally administered, the same on every node. It is never learned, as the frame goes
/// to one port.
constexpr MacAddress kServerMac{{0x02, 0x57, 0x45, 0x46, 0x54, 0x01}};

const fabric::LocalPort* port_at(std::uint64_t ofport, const std::map<Uuid, fabric::LocalPort>& ports) {
  auto found =
      std::ranges::find_if(ports, [ofport](const auto& entry) { return entry.second.ofport == ofport; });
  return found == ports.end() ? nullptr : &found->second;
}

bool is_dhcp(const openflow::PacketIn& packet) {
  return !packet.userdata.empty() &&
         packet.userdata.front() == static_cast<std::uint8_t>(fabric::PacketInKind::kDhcp);
}

}  // namespace

std::optional<DhcpLease> lease_of(const Uuid& port_id, const model::Intent& intent) {
  auto port = intent.find<model::Port>(port_id);
  auto network = port ? intent.find<model::Network>(port->network) : nullptr;
  if (!network) return std::nullopt;
  for (const auto& address : intent.fixed_ips(port_id)) {
    auto subnet = intent.find<model::Subnet>(address.subnet);
    if (!subnet || !subnet->enable_dhcp || !address.ip.is_v4()) continue;
    DhcpLease lease;
    lease.mac = port->mac;
    lease.address = address.ip;
    lease.prefix_length = subnet->cidr.length();
    lease.server = subnet->gateway_ip.value_or(subnet->cidr.first().next());
    lease.server_mac = kServerMac;
    lease.mtu = network->mtu;
    lease.gateway = subnet->gateway_ip;
    lease.dns_servers = subnet->dns_nameservers;
    lease.host_routes = subnet->host_routes;
    lease.domain_name = network->dns_domain;
    return lease;
  }
  return std::nullopt;
}

void DhcpService::handle(openflow::Connection& connection, const openflow::PacketIn& packet,
                         const std::map<Uuid, fabric::LocalPort>& ports) {
  if (!is_dhcp(packet)) return drop("unknown");
  const auto* in_port = packet.metadata.find(openflow::Field::kInPort);
  const auto* port = in_port ? port_at(in_port->value.lo, ports) : nullptr;
  if (!port) return drop("no-port");
  auto lease = lease_of(port->port, intent_);
  if (!lease) return drop("no-lease");
  auto why = DropReason::kNone;
  auto reply = dhcp_reply(packet.frame, *lease, &why);
  if (!reply) return drop(to_string(why));
  metrics_
      .counter("weft_agent_packet_ins_total", "Packets that flows sent up, by outcome",
               {{"reason", "answered"}})
      .add();
  log::debug("dhcp.answered", {{"port", port->port.to_string()}, {"address", lease->address.to_string()}});
  connection.packet_out(*reply, openflow::kPortController, {openflow::Output{port->ofport}});
}

void DhcpService::drop(std::string_view reason) {
  metrics_
      .counter("weft_agent_packet_ins_total", "Packets that flows sent up, by outcome",
               {{"reason", std::string(reason)}})
      .add();
}

}  // namespace weft::agent
