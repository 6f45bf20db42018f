#include "agent/dhcp.h"

#include <algorithm>

#include "base/log.h"
#include "fabric/packet_in.h"

namespace weft::agent {
namespace {

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

void DhcpService::handle(openflow::Connection& connection, const openflow::PacketIn& packet,
                         const std::map<Uuid, fabric::LocalPort>& ports) {
  if (!is_dhcp(packet)) return count("unknown");
  const auto* in_port = packet.metadata.find(openflow::Field::kInPort);
  const auto* port = in_port ? port_at(in_port->value.lo, ports) : nullptr;
  if (!port) return count("no-port");
  const auto answer = answer_dhcp(packet.frame, leases_of(port->port, intent_, settings_));
  count(to_string(answer.outcome));
  log::debug("dhcp.request", {{"port", port->port.to_string()},
                              {"outcome", to_string(answer.outcome)},
                              {"address", answer.address.to_string()}});
  if (answer.frame.empty()) return;
  connection.packet_out(answer.frame, openflow::kPortController, {openflow::Output{port->ofport}});
}

void DhcpService::count(std::string_view reason) {
  metrics_
      .counter("weft_agent_packet_ins_total", "Packets that flows sent up, by outcome",
               {{"reason", std::string(reason)}})
      .add();
}

}  // namespace weft::agent
