// Drops of the anti-spoofing checks: what the port would have to be allowed, or how to do without.

#include <fmt/format.h>

#include <algorithm>

#include "cli/drop_claim.h"
#include "cli/openstack.h"

namespace weft::cli {
namespace {

using fabric::Drop;

constexpr int kRouterSolicitation = 133, kRouterAdvertisement = 134, kNeighbourAdvertisement = 136;
constexpr int kOnLinkHops = 255;
constexpr std::uint16_t kDhcpServerPort = 67;

std::string own_addresses(const DropView& view) {
  if (!view.port) return "";
  std::string fixed, pairs;
  for (const auto& address : view.intent.fixed_ips(view.port->id))
    fixed += (fixed.empty() ? "" : ", ") + address.ip.to_string();
  for (const auto& pair : view.port->allowed_address_pairs)
    pairs +=
        (pairs.empty() ? "" : ", ") + pair.ip.to_string() + (pair.mac ? " at " + pair.mac->to_string() : "");
  return fmt::format(": MAC {}, fixed IPs {}, allowed address pairs {}", view.port->mac.to_string(),
                     fixed.empty() ? "none" : fixed, pairs.empty() ? "none" : pairs);
}

/// A port of the network that has this address as its own.
model::Ref<model::Port> owner_of(const DropView& view, const IpAddress& address) {
  if (!view.port) return nullptr;
  for (const auto& id : view.intent.subnets_of(view.port->network)) {
    const auto& used = view.intent.addresses_of_subnet(id);
    auto found = used.find(address);
    auto row = found == used.end() ? nullptr : view.intent.find<model::Address>(found->second);
    if (row) return view.intent.find<model::Port>(row->port);
  }
  return nullptr;
}

bool in_subnets(const DropView& view, const IpAddress& address) {
  if (!view.port) return false;
  return std::ranges::any_of(view.intent.subnets_of(view.port->network), [&](const Uuid& id) {
    auto subnet = view.intent.find<model::Subnet>(id);
    return subnet && subnet->cidr.contains(address);
  });
}

bool is_link_local(const IpAddress& address) {
  return IpPrefix::parse(address.is_v4() ? "169.254.0.0/16" : "fe80::/10")->contains(address);
}

/// No station has such an address.
bool is_never_a_source(const IpAddress& address) {
  return address.is_multicast() || address.is_loopback() || address == IpAddress::v4(0xffffffff);
}

/// The size that pod networks usually have.
IpPrefix usual_network(const IpAddress& address) {
  return {address, address.is_v4() ? 16 : 64};
}

void trust_the_port(const DropView& view, std::string when, Explanation& out) {
  out.remedies.push_back({.text = std::move(when), .commands = {open_port_command(view.port_word())}});
}

void explain_address(const DropView& view, const Claim& claim, Explanation& out) {
  const auto address = *claim.address;
  const auto owner = owner_of(view, address);
  std::vector<std::string> addresses = {address.to_string()};
  if (claim.advertised) addresses.push_back(claim.advertised->to_string());
  const auto command = allow_addresses_command(view.port_word(), addresses, claim.mac);
  if (owner && view.port && owner->id != view.port->id) {
    out.why += ", but of port " + text_of_object(*owner);
    out.remedies.push_back({.text = "if the two share the address (VRRP)", .commands = {command}});
    return;
  }
  out.remedies.push_back({.text = "allow the address", .commands = {command}});
  if (in_subnets(view, address) || is_link_local(address) || claim.advertised) return;
  auto& pairs = out.remedies.back();
  pairs.text = "if it is of pods or guests behind the instance, allow the address, or their network";
  pairs.commands.push_back(
      allow_addresses_command(view.port_word(), {usual_network(address).to_string()}, claim.mac));
  if (view.ip() && !discovery_of(view)) out.remedies.push_back(encapsulate(view, address));
}

std::string_view check_of(Drop reason) {
  switch (reason) {
    case Drop::kSpoofedMac:
      return "anti-spoofing check of source MACs";
    case Drop::kSpoofedArp:
      return "anti-spoofing check of ARP";
    case Drop::kSpoofedNd:
      return "anti-spoofing check of neighbour discovery";
    default:
      return "anti-spoofing check of source addresses";
  }
}

/// What the check did not like.
std::string blamed(const DropView& view, const Claim& claim) {
  const auto source = view.sample.headers.source.to_string();
  const bool about_mac = view.sample.reason->reason == Drop::kSpoofedMac || !claim.address;
  if (!claim.address || claim.address->is_unspecified() ||
      (about_mac && view.has_address(view.port, *claim.address)))
    return about_mac ? source : claim.address->to_string();
  return claim.address->to_string() + (claim.mac ? " at " + source : "");
}

/// Solicitations and advertisements that no pair would allow: in fragments, with a code, without a target.
bool is_malformed(const DropView& view) {
  if (view.sample.reason->reason != Drop::kSpoofedNd) return false;
  const auto* ip = view.ip();
  if (ip && ip->icmp_type == kRouterSolicitation && !ip->fragment) return false;
  const auto* discovery = discovery_of(view);
  return !discovery || ip->fragment || ip->icmp_code.value_or(0) != 0 || !discovery->target ||
         discovery->target->is_unspecified();
}

/// The packet's ICMPv6 type is one of neighbour discovery that a port may send.
bool is_discovery(const net::IpHeaders& ip) {
  return ip.protocol == net::kProtocolIcmpv6 && ip.icmp_type >= kRouterSolicitation &&
         ip.icmp_type <= kNeighbourAdvertisement && ip.icmp_type != kRouterAdvertisement;
}

/// A DHCP request from the port's own MAC, refused for the hardware address inside.
bool is_foreign_request(const DropView& view) {
  const auto* ip = view.ip();
  return view.sample.reason->reason == Drop::kSpoofedMac && view.port &&
         view.sample.headers.source == view.port->mac && ip && ip->protocol == net::kProtocolUdp &&
         ip->destination_port == kDhcpServerPort;
}

/// What is wrong whoever sends it; empty when it is not.
std::string never_right(const DropView& view, const Claim& claim) {
  if (view.sample.headers.source.is_multicast())
    return "the address of a group of receivers can't be a source";
  if (claim.address && is_never_a_source(*claim.address))
    return fmt::format("{} is never the address of a sender", claim.address->to_string());
  if (is_foreign_request(view))
    return "its DHCP request is for another hardware address than the one that it comes from";
  const auto* ip = view.ip();
  if (ip && is_discovery(*ip) && ip->hop_limit != kOnLinkHops)
    return fmt::format(
        "neighbour discovery has hop limit 255, not {}: no router may have passed it (RFC 4861)",
        ip->hop_limit);
  if (is_malformed(view))
    return "it is malformed neighbour discovery: in fragments (RFC 6980), with a code, or without a target";
  if (discovery_of(view) && ip->source.is_unspecified() && discovery_of(view)->link_address)
    return "duplicate address detection carries no link-layer address (RFC 4861)";
  return "";
}

/// ARP or discovery that tells of another MAC than the one it comes from: no pair allows that.
void explain_told(const DropView& view, const Claim& claim, Explanation& out) {
  const auto source = view.sample.headers.source.to_string(), told = claim.told->to_string();
  const auto reason = view.sample.reason->reason;
  if (reason == Drop::kSpoofedArp || reason == Drop::kSpoofedNd)
    out.why = fmt::format("{}: it tells of {}, but comes from {}", check_of(reason), told, source);
  trust_the_port(view,
                 fmt::format("no pair allows a message of {} from {}: send it from the MAC that it tells of, "
                             "or trust the port",
                             told, source),
                 out);
}

}  // namespace

Explanation explain_spoof(const DropView& view) {
  const auto claim = claim_of(view);
  Explanation out{.object = view.port_text() + own_addresses(view), .why = never_right(view, claim)};
  if (!out.why.empty()) return out;
  out.why = fmt::format("{}: {} is not the port's, nor in its allowed address pairs",
                        check_of(view.sample.reason->reason), blamed(view, claim));
  if (claim.told) {
    explain_told(view, claim, out);
    return out;
  }
  if (claim.address && !claim.address->is_unspecified()) {
    explain_address(view, claim, out);
    return out;
  }
  if (claim.address && view.sample.reason->reason == Drop::kSpoofedIp)
    out.why += "; without an address a port may only ask for one";
  trust_the_port(view, "only a port without port security may say this", out);
  return out;
}

}  // namespace weft::cli
