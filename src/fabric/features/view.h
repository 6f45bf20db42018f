#pragma once
// What features see: plain values taken from intent and node facts, so that every feature is a pure function
// of them.

#include <optional>
#include <set>
#include <vector>

#include "fabric/build.h"
#include "fabric/compiler.h"
#include "fabric/identity.h"

namespace weft::fabric {

/// A port of an active network, here or elsewhere.
struct PortView {
  model::Ref<model::Port> port;
  NetworkKey network;
  std::vector<IpAddress> addresses;   ///< fixed IPs
  std::vector<std::uint32_t> groups;  ///< keys of its security groups, ascending
  std::uint32_t ofport = 0;           ///< on this node; 0 for a port elsewhere
  std::uint16_t zone = 0;
  bool stateless = false;  ///< all its groups are

  PortPolicy policy() const {
    if (!port->port_security_enabled) return PortPolicy::kOpen;
    if (groups.empty()) return PortPolicy::kClosed;
    return stateless ? PortPolicy::kStateless : PortPolicy::kStateful;
  }
  /// What the port may use: fixed IPs with its own MAC, then the allowed address pairs.
  std::vector<std::pair<MacAddress, IpPrefix>> allowed_pairs() const;
  /// What nobody else should have: fixed IPs and pairs of one address. Of a wider pair, each address may be
  /// anybody's.
  std::set<IpAddress> own_addresses() const;
  /// Where others reach it: fixed IPs and, beside those of IPv6, the link-local address of its MAC.
  std::vector<IpAddress> reachable_addresses() const;
};

/// What a local port sends from one of its MACs.
openflow::Match from(const PortView& port, const MacAddress& mac);

}  // namespace weft::fabric
