#pragma once
// What a packet that failed an anti-spoofing check claims to be.

#include <optional>

#include "cli/drop_view.h"

namespace weft::cli {

struct Claim {
  /// What the check did not like, and a pair would allow: the source of the packet; the sender of ARP; the
  /// target of an advertisement, of an ARP probe and of duplicate address detection.
  std::optional<IpAddress> address;
  std::optional<MacAddress> mac;        ///< the frame's source, when it is not the port's own MAC
  std::optional<IpAddress> advertised;  ///< a target behind a bad source, which needs a pair too
  std::optional<MacAddress> told;       ///< by ARP or discovery, when the frame comes from another MAC
};

Claim claim_of(const DropView& view);

/// The solicitation or advertisement of a neighbour in the packet; null for other packets.
const net::NeighbourDiscovery* discovery_of(const DropView& view);

}  // namespace weft::cli
