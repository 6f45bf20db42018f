#include "cli/drop_claim.h"

namespace weft::cli {
namespace {

constexpr int kRouterSolicitation = 133, kSolicitation = 135, kAdvertisement = 136;
constexpr int kArpRequest = 1;

void claim_by_arp(const net::ArpPacket& arp, Claim& claim) {
  const bool probe = arp.sender.is_unspecified() && arp.operation == kArpRequest;
  claim.address = probe ? arp.target : arp.sender;
  claim.told = arp.sender_mac;
}

void claim_by_discovery(const DropView& view, const net::NeighbourDiscovery& discovery, Claim& claim) {
  claim.told = discovery.link_address;
  if (!discovery.target) return;
  const auto& ip = *view.ip();
  if (ip.icmp_type == kSolicitation) {
    if (ip.source.is_unspecified()) claim.address = discovery.target;
    return;
  }
  if (view.sample.reason->reason == fabric::Drop::kSpoofedNd)
    claim.address = discovery.target;
  else if (*discovery.target != ip.source && (claim.mac || !view.has_address(view.port, *discovery.target)))
    claim.advertised = discovery.target;
}

}  // namespace

const net::NeighbourDiscovery* discovery_of(const DropView& view) {
  const auto* ip = view.ip();
  const bool neighbours = ip && (ip->icmp_type == kSolicitation || ip->icmp_type == kAdvertisement);
  return neighbours && ip->discovery ? &*ip->discovery : nullptr;
}

Claim claim_of(const DropView& view) {
  const auto& headers = view.sample.headers;
  Claim claim;
  if (!view.port || headers.source != view.port->mac) claim.mac = headers.source;
  if (const auto* ip = view.ip()) claim.address = ip->source;
  if (headers.arp) claim_by_arp(*headers.arp, claim);
  if (const auto* ip = view.ip(); ip && ip->icmp_type == kRouterSolicitation && ip->discovery)
    claim.told = ip->discovery->link_address;
  if (const auto* discovery = discovery_of(view)) claim_by_discovery(view, *discovery, claim);
  if (claim.told == headers.source) claim.told.reset();
  return claim;
}

}  // namespace weft::cli
