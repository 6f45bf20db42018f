#include "agent/tunnels.h"

#include <fmt/format.h>

#include <algorithm>

namespace weft::agent {
namespace {

/// FNV-1a, folded to 48 bits: 12 hex digits of an address that is too long for an interface name.
std::uint64_t short_hash(const IpAddress& address) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (auto byte : address.bytes()) hash = (hash ^ byte) * 0x100000001b3ULL;
  return (hash ^ hash >> 48) & 0xffffffffffffULL;
}

struct TunnelEnds {
  IpAddress local, remote;
};

std::optional<IpAddress> address_of(const std::vector<IpAddress>& addresses, IpVersion version) {
  auto found = std::ranges::find(addresses, version, &IpAddress::version);
  return found == addresses.end() ? std::nullopt : std::optional(*found);
}

/// Nothing when the nodes have no version in common.
std::optional<TunnelEnds> ends_between(const fabric::NodeFacts& self, const model::Node& peer) {
  const auto& order = self.name < peer.name ? self.tunnel_ips : peer.tunnel_ips;
  for (const auto& preferred : order) {
    auto local = address_of(self.tunnel_ips, preferred.version());
    auto remote = address_of(peer.tunnel_ips, preferred.version());
    if (local && remote) return TunnelEnds{.local = *local, .remote = *remote};
  }
  return std::nullopt;
}

/// The tunnel ports that are there, whoever made them, with the peers that they were made for.
WantedTunnels lingering(const SwitchInterfaces& interfaces) {
  WantedTunnels tunnels;
  for (const auto& [name, interface] : interfaces) {
    auto peer = value_or_empty(interface.external_ids, kPeerKey);
    auto encapsulation = model::parse_encapsulation(interface.type);
    if (!peer.empty() && encapsulation) tunnels.emplace(*encapsulation, peer);
  }
  return tunnels;
}

}  // namespace

std::string tunnel_name(model::Encapsulation encapsulation, const IpAddress& remote) {
  auto prefix = encapsulation == model::Encapsulation::kVxlan ? "vx" : "gn";
  if (remote.is_v4()) return fmt::format("{}-{:08x}", prefix, remote.to_u32());
  return fmt::format("{}-{:012x}", prefix, short_hash(remote));
}

TunnelPlan plan_tunnels(const WantedTunnels& wanted, const SwitchInterfaces& interfaces,
                        const model::Intent& intent, const fabric::NodeFacts& self) {
  TunnelPlan plan;
  auto all = lingering(interfaces);
  all.insert(wanted.begin(), wanted.end());
  for (const auto& [encapsulation, peer] : all) {
    auto node = intent.node_named(peer);
    auto ends = node ? ends_between(self, *node) : std::nullopt;
    if (!ends) continue;
    auto name = tunnel_name(encapsulation, ends->remote);
    plan.ports[name] = {std::string(model::to_string(encapsulation)), peer, ends->local.to_string(),
                        ends->remote.to_string()};
    auto there = interfaces.find(name);
    if (there == interfaces.end() || there->second.ofport <= 0) continue;
    plan.usable.push_back({encapsulation, peer, static_cast<std::uint32_t>(there->second.ofport)});
  }
  for (const auto& [name, interface] : interfaces) {
    if (!value_or_empty(interface.external_ids, kPeerKey).empty() && !plan.ports.contains(name))
      plan.unwanted.insert(name);
  }
  return plan;
}

}  // namespace weft::agent
