#include "reference/services.h"

#include <algorithm>

#include "reference/port_security.h"

namespace weft::reference {
namespace {

using model::Ipv6Mode;
using PortRef = model::Ref<model::Port>;

constexpr int kTagSize = 4;
constexpr int kHopLimit = 64;  // RFC 1700's default
const IpAddress kAllNodes = *IpAddress::parse("ff02::1");
constexpr MacAddress kAllNodesMac = MacAddress::from_u64(0x333300000001);

bool gives_leases(const model::Subnet& subnet) {
  return subnet.cidr.version() == IpVersion::kV4;
}

/// SLAAC needs no DHCPv6, and a subnet that only tells what its advertisements say leaves it to others.
bool answers_dhcp6(const model::Subnet& subnet) {
  if (subnet.cidr.version() != IpVersion::kV6) return false;
  return subnet.ipv6_address_mode ? *subnet.ipv6_address_mode != Ipv6Mode::kSlaac : !subnet.ipv6_ra_mode;
}

bool is_advertised(const model::Subnet& subnet) {
  return subnet.cidr.version() == IpVersion::kV6 && subnet.ipv6_ra_mode;
}

/// Does a subnet of the network, with DHCP, do this?
bool serves(const model::Intent& intent, const Uuid& network, bool (*service)(const model::Subnet&)) {
  const auto& subnets = intent.subnets_of(network);
  return std::any_of(subnets.begin(), subnets.end(), [&](const Uuid& id) {
    const auto subnet = intent.find<model::Subnet>(id);
    return subnet->enable_dhcp && service(*subnet);
  });
}

/// The port does without DHCP of a version.
bool is_disabled(const model::Port& port, IpVersion version) {
  constexpr std::string_view kTrue[] = {"true", "True", "TRUE"};
  const auto& options = port.extra_dhcp_opts;
  return std::any_of(options.begin(), options.end(), [&](const model::ExtraDhcpOption& option) {
    return option.name == "dhcp_disabled" && option.version == version &&
           std::find(std::begin(kTrue), std::end(kTrue), option.value) != std::end(kTrue);
  });
}

/// What neighbour discovery asks of every message: nobody forwarded it (RFC 4861, 7.1), and it is no fragment
/// (RFC 6980).
bool is_from_here(const Packet::Ip& ip) {
  return ip.hop_limit == 255 && ip.fragment == Fragment::kWhole;
}

/// Who answers for an address, on whichever node.
class Owners {
 public:
  Owners(const model::Intent& intent, const Place& place, const Uuid& network)
      : intent_(intent), place_(place), network_(network) {}

  PortRef find(const IpAddress& address) const {
    for (const auto& id : intent_.ports_of(network_)) {
      const auto port = intent_.find<model::Port>(id);
      if (is_known(*port) && has(*port, address)) return port;
    }
    return nullptr;
  }

 private:
  bool is_known(const model::Port& port) const {
    return takes_part(intent_, place_, port) || is_elsewhere(place_, port) ||
           (port.admin_state_up && is_distributed(intent_, port));
  }

  /// A port with an IPv6 address has the link-local address of its MAC, too.
  bool has(const model::Port& port, const IpAddress& address) const {
    const auto fixed = intent_.fixed_ips(port.id);
    return std::any_of(fixed.begin(), fixed.end(), [&](const model::Address& one) {
      return one.ip == address || (!one.ip.is_v4() && is_link_local_of(port.mac, address));
    });
  }

  const model::Intent& intent_;
  const Place& place_;
  const Uuid network_;
};

Packet arp_answer(const Packet& question, const model::Port& owner) {
  const auto& asked = *question.arp;
  Packet answer = question;
  answer.eth_src = owner.mac;
  answer.eth_dst = question.eth_src;
  answer.arp = Packet::Arp{.operation = 2,
                           .sender_mac = owner.mac,
                           .sender_ip = asked.target_ip,
                           .target_ip = asked.sender_ip,
                           .target_mac = asked.sender_mac};
  return answer;
}

/// To the one who asks; to all when it detects duplicates and has no address yet (RFC 4861, 7.2.4). The
/// owner's MAC takes the place of the first option: a switch adds none, and only a solicitation that detects
/// duplicates should come without.
Packet advertisement(const Packet& question, const model::Port& owner) {
  const auto& asked = question.neighbour;
  const bool detects = question.ip->source.is_unspecified();
  Packet answer = question;
  answer.eth_src = owner.mac;
  answer.eth_dst = detects ? kAllNodesMac : question.eth_src;
  answer.ip->source = asked.target;
  answer.ip->destination = detects ? kAllNodes : question.ip->source;
  answer.ip->icmp_type = 136;
  answer.neighbour.link_layer = asked.link_layer || asked.nonce ? std::optional(owner.mac) : std::nullopt;
  answer.neighbour.nonce = asked.nonce && asked.link_layer;
  answer.neighbour.solicited = !detects;
  answer.neighbour.override = true;
  return answer;
}

Packet echo_answer(const Packet& question, const model::Port& owner) {
  Packet answer = question;
  answer.eth_src = owner.mac;
  answer.eth_dst = question.eth_src;
  answer.ip = reversed(*question.ip);
  answer.ip->hop_limit = kHopLimit;
  return answer;
}

}  // namespace

std::string_view to_string(Request request) {
  switch (request) {
    case Request::kNone:
      return "none";
    case Request::kDhcp:
      return "DHCP";
    case Request::kDhcp6:
      return "DHCPv6";
    case Request::kRouterSolicitation:
      return "router solicitation";
    case Request::kTooBig:
      return "too big";
  }
  return "?";
}

std::optional<Request> request_of(const model::Intent& intent, const model::Port& sender,
                                  const Packet& packet) {
  if (!packet.ip) return std::nullopt;
  const auto& ip = *packet.ip;
  const auto is_served = [&](auto service) { return serves(intent, sender.network, service); };
  if (is_dhcp_request(ip)) {
    if (is_disabled(sender, ip.source.version())) return std::nullopt;
    if (is_v4(ip)) return is_served(gives_leases) ? std::optional(Request::kDhcp) : std::nullopt;
    return is_served(answers_dhcp6) ? std::optional(Request::kDhcp6) : std::nullopt;
  }
  const bool asks_routers = is_router_solicitation(ip) && is_from_here(ip);
  return asks_routers && is_served(is_advertised) ? std::optional(Request::kRouterSolicitation)
                                                  : std::nullopt;
}

std::optional<Packet> answer_to(const model::Intent& intent, const Place& place, const model::Port& sender,
                                const Packet& packet) {
  const Owners owners(intent, place, sender.network);
  if (packet.arp && packet.arp->operation == 1) {
    if (is_own(intent, sender, packet.arp->target_ip)) return std::nullopt;
    const auto owner = owners.find(packet.arp->target_ip);
    return owner ? std::optional(arp_answer(packet, *owner)) : std::nullopt;
  }
  if (packet.ip && is_solicitation(*packet.ip) && packet.ip->icmp_code == 0 && is_from_here(*packet.ip)) {
    if (is_own(intent, sender, packet.neighbour.target)) return std::nullopt;
    const auto owner = owners.find(packet.neighbour.target);
    return owner ? std::optional(advertisement(packet, *owner)) : std::nullopt;
  }
  if (packet.ip && is_echo_request(*packet.ip) && packet.ip->fragment == Fragment::kWhole) {
    const auto owner = owners.find(packet.ip->destination);
    const bool asked = owner && is_distributed(intent, *owner) && packet.eth_dst == owner->mac;
    return asked ? std::optional(echo_answer(packet, *owner)) : std::nullopt;
  }
  return std::nullopt;
}

bool is_too_big(const model::Network& network, const Packet& packet) {
  return packet.ip && packet.length + (packet.tagged ? kTagSize : 0) > network.mtu;
}

bool is_distributed(const model::Intent& intent, const model::Port& port) {
  const auto& subnets = intent.subnets_of(port.network);
  return std::any_of(subnets.begin(), subnets.end(), [&](const Uuid& subnet) {
    const auto distributed = intent.distributed_port_of(subnet);
    return distributed && distributed->id == port.id;
  });
}

}  // namespace weft::reference
