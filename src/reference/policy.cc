#include "reference/policy.h"

#include <algorithm>

#include "reference/port_security.h"
#include "reference/rules.h"

namespace weft::reference {
namespace {

using model::Direction;
using PortRef = model::Ref<model::Port>;

/// One packet on its way through one node.
class Journey {
 public:
  Journey(const model::Intent& intent, const Place& place, const Packet& packet, Memory& memory)
      : intent_(intent), place_(place), packet_(packet), memory_(memory) {}

  Verdict from_port(const Uuid& id) {
    sender_ = intent_.find<model::Port>(id);
    if (!sender_ || !is_here(*sender_)) return dropped(Drop::kUnknownPort);
    network_ = sender_->network;
    if (const auto drop = check_source(intent_, *sender_, packet_)) return dropped(*drop, id);
    if (is_too_big(*intent_.find<model::Network>(network_), packet_))
      refuse_size();
    else if (!is_served())
      leave();
    announce(id);
    return verdict_;
  }

  Verdict from_node(const std::string& node, const Uuid& network) {
    network_ = network;
    if (!is_hosted(intent_, place_, network) && !is_for_a_tunnel()) return dropped(Drop::kUnknownNetwork);
    forward();
    announce(node);
    return verdict_;
  }

 private:
  PortRef port(const Uuid& id) const { return intent_.find<model::Port>(id); }
  bool is_sender(const Uuid& port) const { return sender_ && sender_->id == port; }

  bool is_here(const model::Port& port) const { return takes_part(intent_, place_, port); }
  bool has_tunnel(const std::string& node) const {
    return place_.tunnels.contains({intent_.find<model::Network>(network_)->encapsulation, node});
  }

  Verdict dropped(Drop reason, std::optional<Uuid> port = std::nullopt) {
    verdict_.drops.insert({reason, port});
    return verdict_;
  }

  std::optional<Drop> policy_of(const model::Port& port, Direction direction) {
    return check_policy(intent_, port, direction, packet_, memory_.connections);
  }

  /// The node itself is what the packet was meant for.
  bool is_served() {
    if (const auto request = request_of(intent_, *sender_, packet_)) verdict_.to_agent.insert(*request);
    verdict_.answer = answer_to(intent_, place_, *sender_, packet_);
    return verdict_.answer || !verdict_.to_agent.empty();
  }

  void refuse_size() {
    dropped(Drop::kTooBig, sender_->id);
    verdict_.to_agent.insert(Request::kTooBig);
  }

  void leave() {
    if (const auto drop = policy_of(*sender_, Direction::kEgress))
      dropped(*drop, sender_->id);
    else
      forward();
  }

  /// Where the packet's MAC is, for packets to come.
  void announce(MacPlace place) {
    if (packet_.arp || (packet_.ip && is_advertisement(*packet_.ip)))
      memory_.places.announce(network_, packet_.eth_src, std::move(place));
  }

  /// It would be unpacked, into whatever network it says.
  bool is_for_a_tunnel() const {
    const auto& ip = packet_.ip;
    return ip && shows_details(*ip) && ip->protocol == kUdp && place_.tunnel_ips.contains(ip->destination) &&
           (ip->destination_port == 4789 || ip->destination_port == 6081);
  }

  void forward() {
    if (is_for_a_tunnel()) {
      dropped(Drop::kTunnelEndpoint);
      return;
    }
    const auto owner = intent_.port_by_mac(network_, packet_.eth_dst);
    if (owner && is_distributed(intent_, *owner))
      dropped(owner->admin_state_up ? Drop::kUnknownDestination : Drop::kPortDown);
    else if (owner && !owner->host.empty())
      to_owner(*owner);
    else
      to_place();
  }

  void to_owner(const model::Port& owner) {
    if (!owner.admin_state_up)
      dropped(Drop::kPortDown);
    else if (owner.host != place_.node)
      to_node(owner.host);
    else if (is_here(owner))
      deliver(owner);
    else
      dropped(Drop::kUnknownDestination);
  }

  /// A node that sent a packet here for a port that is elsewhere does not know the port.
  void to_node(const std::string& node) {
    if (!has_tunnel(node))
      dropped(Drop::kUnknownDestination);
    else if (sender_)
      verdict_.sent_to.insert(node);
    else
      to_place();
  }

  /// To where a MAC was announced that belongs to no port, or to everybody. What came from a node never goes
  /// to a node.
  void to_place() {
    const auto* place = memory_.places.find(network_, packet_.eth_dst);
    const auto* id = place ? std::get_if<Uuid>(place) : nullptr;
    if (id)
      deliver(*port(*id));
    else if (place && sender_)
      to_node(std::get<std::string>(*place));
    else
      flood();
  }

  void flood() {
    for (const auto& [node, ports] : intent_.hosts_of(network_))
      if (sender_ && has_tunnel(node)) verdict_.sent_to.insert(node);
    for (const auto& id : intent_.ports_of(network_))
      if (is_here(*port(id))) deliver(*port(id));
  }

  /// Never back to the sender.
  void deliver(const model::Port& receiver) {
    if (is_sender(receiver.id)) return;
    if (const auto drop = policy_of(receiver, Direction::kIngress))
      dropped(*drop, receiver.id);
    else
      verdict_.delivered.insert(receiver.id);
  }

  const model::Intent& intent_;
  const Place& place_;
  const Packet& packet_;
  Memory& memory_;
  PortRef sender_;  ///< null: another node
  Uuid network_;
  Verdict verdict_;
};

}  // namespace

std::string_view to_string(Drop reason) {
  switch (reason) {
    case Drop::kVlanTag:
      return "VLAN tag";
    case Drop::kSpoofedMac:
      return "spoofed MAC";
    case Drop::kSpoofedIp:
      return "spoofed IP";
    case Drop::kSpoofedArp:
      return "spoofed ARP";
    case Drop::kSpoofedNd:
      return "spoofed ND";
    case Drop::kRogueDhcp:
      return "rogue DHCP";
    case Drop::kRogueRa:
      return "rogue RA";
    case Drop::kOtherProtocol:
      return "other protocol";
    case Drop::kNoRule:
      return "no rule";
    case Drop::kInvalidState:
      return "invalid connection state";
    case Drop::kUnknownPort:
      return "unknown port";
    case Drop::kUnknownNetwork:
      return "unknown network";
    case Drop::kPortDown:
      return "port down";
    case Drop::kUnknownDestination:
      return "unknown destination";
    case Drop::kTunnelEndpoint:
      return "tunnel endpoint";
    case Drop::kTooBig:
      return "too big";
  }
  return "?";
}

Verdict send(const model::Intent& intent, const Place& place, const Uuid& port, const Packet& packet,
             Memory& memory) {
  return Journey(intent, place, packet, memory).from_port(port);
}

Verdict receive(const model::Intent& intent, const Place& place, const std::string& from, const Uuid& network,
                const Packet& packet, Memory& memory) {
  return Journey(intent, place, packet, memory).from_node(from, network);
}

}  // namespace weft::reference
