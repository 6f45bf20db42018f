// Drops of the anti-spoofing checks: what the port would have to be allowed, or how to do without.

#include <fmt/format.h>

#include <algorithm>

#include "cli/drop_view.h"
#include "cli/openstack.h"

namespace weft::cli {
namespace {

/// What the packet claims to be.
struct Claim {
  std::optional<IpAddress> address;
  std::optional<MacAddress> mac;  ///< when it is not the port's own
};

Claim claim_of(const DropView& view) {
  const auto& headers = view.sample.headers;
  Claim claim;
  auto mac = headers.source;
  if (headers.arp) {
    claim.address = headers.arp->sender;
    mac = headers.arp->sender_mac;
  } else if (const auto* ip = view.ip()) {
    claim.address = ip->source;
    if (ip->discovery && ip->discovery->target && ip->icmp_type == 136) claim.address = ip->discovery->target;
    if (ip->discovery && ip->discovery->link_address) mac = *ip->discovery->link_address;
  }
  if (!view.port || mac != view.port->mac) claim.mac = mac;
  return claim;
}

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

/// The size that pod networks usually have.
IpPrefix usual_network(const IpAddress& address) {
  return {address, address.is_v4() ? 16 : 64};
}

bool lets_out(const model::SecurityGroupRule& rule, IpVersion outer, int protocol) {
  return rule.direction == model::Direction::kEgress && rule.ethertype == outer &&
         rule.protocol.value_or(protocol) == protocol;
}

bool may_send(const DropView& view, IpVersion outer, int protocol) {
  return std::ranges::any_of(view.groups_of(view.port), [&](const auto& group) {
    return std::ranges::any_of(view.intent.rules_of(group->id), [&](const Uuid& id) {
      auto rule = view.intent.find<model::SecurityGroupRule>(id);
      return rule && lets_out(*rule, outer, protocol);
    });
  });
}

/// Tunnelled between the instances the packets have the instances' own addresses.
Remedy encapsulate(const DropView& view, const IpAddress& inner) {
  const int protocol = inner.is_v4() ? net::kProtocolIpip : net::kProtocolIpv6;
  const auto senders = view.groups_of(view.port), receivers = view.groups_of(view.other);
  const auto source = senders.empty() ? std::string("SRC") : word_of(view.intent, *senders.front());
  const auto target = receivers.empty() ? source : word_of(view.intent, *receivers.front());
  auto command = rule_command({.group = target, .protocol = protocol, .remote = "--remote-group " + source});
  if (!may_send(view, IpVersion::kV4, protocol)) {
    command += " && " + rule_command({.group = source,
                                      .direction = model::Direction::kEgress,
                                      .protocol = protocol,
                                      .remote = "--remote-group " + target});
  }
  return {.text = fmt::format("or let the instances encapsulate it ({}), and allow that",
                              inner.is_v4() ? "IPIP" : "IPv6 in IPv4"),
          .commands = {command}};
}

void explain_address(const DropView& view, const Claim& claim, Explanation& out) {
  const auto address = *claim.address;
  const auto text = address.to_string();
  const auto owner = owner_of(view, address);
  const bool foreign = !in_subnets(view, address);
  const auto command = allow_address_command(view.port_word(), text, claim.mac);
  if (owner && view.port && owner->id != view.port->id) {
    out.why += ", but of port " + text_of_object(*owner);
    out.remedies.push_back({.text = "if the two share the address (VRRP)", .commands = {command}});
    return;
  }
  out.remedies.push_back({.text = "allow the address", .commands = {command}});
  if (!foreign) return;
  auto& pairs = out.remedies.back();
  pairs.text = "if it is of pods or guests behind the instance, allow the address, or their network";
  pairs.commands.push_back(
      allow_address_command(view.port_word(), usual_network(address).to_string(), claim.mac));
  if (view.ip()) out.remedies.push_back(encapsulate(view, address));
}

std::string_view check_of(fabric::Drop reason) {
  switch (reason) {
    case fabric::Drop::kSpoofedMac:
      return "anti-spoofing check of source MACs";
    case fabric::Drop::kSpoofedArp:
      return "anti-spoofing check of ARP";
    case fabric::Drop::kSpoofedNd:
      return "anti-spoofing check of neighbour discovery";
    default:
      return "anti-spoofing check of source addresses";
  }
}

}  // namespace

Explanation explain_spoof(const DropView& view) {
  const auto claim = claim_of(view);
  Explanation out{.object = view.port_text() + own_addresses(view)};
  const bool about_mac = !claim.address || claim.address->is_unspecified() ||
                         (claim.mac && view.has_address(view.port, *claim.address));
  const auto what = about_mac
                        ? claim.mac.value_or(view.sample.headers.source).to_string()
                        : claim.address->to_string() + (claim.mac ? " at " + claim.mac->to_string() : "");
  out.why = fmt::format("{}: {} is not the port's, nor in its allowed address pairs",
                        check_of(view.sample.reason->reason), what);
  const bool nameless = !claim.address || claim.address->is_unspecified() || claim.address->is_multicast() ||
                        view.sample.headers.source.is_multicast();
  if (!nameless) {
    explain_address(view, claim, out);
    return out;
  }
  if (view.sample.headers.source.is_multicast()) {
    out.why = "the address of a group of receivers can't be a source";
    return out;
  }
  out.remedies.push_back({.text = "only a port without port security may say this",
                          .commands = {open_port_command(view.port_word())}});
  return out;
}

}  // namespace weft::cli
