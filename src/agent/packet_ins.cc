#include "agent/packet_ins.h"

#include <set>

#include "agent/dhcp6_responder.h"
#include "agent/dhcp_responder.h"
#include "agent/network_subnets.h"
#include "agent/router_advertisement.h"
#include "base/log.h"
#include "net/too_big.h"

namespace weft::agent {
namespace {

/// The addresses of the network's distributed ports, those of the oldest subnets first.
std::vector<net::TooBigSender> too_big_senders(const Uuid& network, const model::Intent& intent) {
  std::vector<net::TooBigSender> senders;
  for (auto version : {IpVersion::kV4, IpVersion::kV6}) {
    for (const auto& subnet : subnets_by_age(network, version, intent)) {
      const auto speaker = intent.distributed_port_of(subnet->id);
      if (!speaker) continue;
      for (const auto& address : intent.fixed_ips(speaker->id)) senders.push_back({speaker->mac, address.ip});
    }
  }
  return senders;
}

}  // namespace

void PacketIns::set_ports(const std::map<Uuid, fabric::LocalPort>& ports) {
  std::set<Uuid> ids;
  ports_.clear();
  for (const auto& [id, port] : ports) {
    ports_.emplace(port.ofport, id);
    ids.insert(id);
  }
  refusals_.keep(ids);
  unusable_options_.keep(ids);
}

std::optional<Uuid> PacketIns::port_at(std::uint32_t ofport) const {
  auto found = ports_.find(ofport);
  return found == ports_.end() ? std::nullopt : std::optional(found->second);
}

void PacketIns::handle(openflow::Connection& connection, const openflow::PacketIn& packet) {
  if (packet.userdata.empty()) return count("unknown");
  const auto* in_port = packet.metadata.find(openflow::Field::kInPort);
  const auto ofport = in_port ? static_cast<std::uint32_t>(in_port->value.lo) : 0;
  const auto port = port_at(ofport);
  if (!port) return count("no_port");
  const auto answer =
      this->answer(static_cast<fabric::PacketInKind>(packet.userdata.front()), packet.frame, *port);
  count(answer.outcome);
  log::debug("packet_in", {{"port", port->to_string()}, {"outcome", answer.outcome}});
  for (const auto& frame : answer.frames)
    connection.packet_out(frame, openflow::kPortController, {openflow::Output{ofport}});
  if (answer.refusal == fabric::Drop::kNone) return;
  refusals_.add(answer.refusal, *port, packet.full_length);
  refused_(packet, *fabric::drop_info(answer.refusal));
}

PacketAnswer PacketIns::answer(fabric::PacketInKind kind, net::FrameView frame, const Uuid& port) {
  switch (kind) {
    case fabric::PacketInKind::kDhcp:
      return answer_dhcp4(frame, port);
    case fabric::PacketInKind::kDhcp6:
      return answer_dhcp6_of(frame, port);
    case fabric::PacketInKind::kRouterSolicitation:
      return answer_solicitation_of(frame, port);
    case fabric::PacketInKind::kTooBig:
      return answer_too_big(frame, port);
    case fabric::PacketInKind::kDrop:
      break;  // samples go to followers
  }
  return {"unknown", {}};
}

PacketAnswer PacketIns::answer_dhcp4(net::FrameView frame, const Uuid& port) {
  const auto leases = leases_of(port, intent_, settings_);
  if (!leases.empty()) unusable_options_.report(port, leases.front().extra_options.unusable);
  auto answer = answer_dhcp(frame, leases, unserved_addresses(port, leases, intent_));
  if (answer.outcome == DhcpOutcome::kDeclined) {
    log::warn("dhcp.declined", {{"port", port.to_string()}, {"address", answer.address.to_string()}});
  }
  PacketAnswer told{to_string(answer.outcome), {}, drop_of(answer.outcome)};
  if (!answer.frame.empty()) told.frames.push_back(std::move(answer.frame));
  return told;
}

PacketAnswer PacketIns::answer_dhcp6_of(net::FrameView frame, const Uuid& port) const {
  const auto lease = dhcp6_lease_of(port, intent_, settings_);
  if (!lease) return {"no_lease", {}, fabric::Drop::kNoLease};
  return answer_dhcp6(frame, *lease);
}

PacketAnswer PacketIns::answer_solicitation_of(net::FrameView frame, const Uuid& id) const {
  const auto port = intent_.find<model::Port>(id);
  return answer_solicitation(frame,
                             port ? advertisement_of(port->network, intent_, settings_) : std::nullopt);
}

PacketAnswer PacketIns::answer_too_big(net::FrameView frame, const Uuid& id) const {
  const auto port = intent_.find<model::Port>(id);
  const auto network = port ? intent_.find<model::Network>(port->network) : nullptr;
  if (!network) return {"no_port", {}};
  auto answer = net::too_big_answer(frame, network->mtu, too_big_senders(network->id, intent_));
  if (!answer) return {"no_answer_due", {}};
  return {"too_big", {std::move(*answer)}};
}

void PacketIns::count(std::string_view outcome) {
  metrics_
      .counter("weft_agent_packet_ins_total", "Packets that flows sent up, by outcome",
               {{"reason", std::string(outcome)}})
      .add();
}

}  // namespace weft::agent
