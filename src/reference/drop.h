#pragma once
// Why a packet is dropped, and whose doing or loss it is.

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/uuid.h"

namespace weft::reference {

enum class Drop : std::uint8_t {
  kVlanTag,
  kSpoofedMac,
  kSpoofedIp,
  kSpoofedArp,
  kSpoofedNd,
  kRogueDhcp,
  kRogueRa,
  kOtherProtocol,
  kNoRule,
  kInvalidState,
  kUnknownPort,     ///< came from an interface that carries no port, or whose port is down or bound elsewhere
  kUnknownNetwork,  ///< came from another node for a network without ports here
  kPortDown,        ///< to a port that is administratively down
  kUnknownDestination,  ///< to a port that has no interface here, or whose node has no tunnel
  kTunnelEndpoint,      ///< a packet of a tunnel inside a network, for an end of the node's own tunnels
  kTooBig,              ///< larger than the MTU of its network
};
inline constexpr Drop kLastDrop = Drop::kTooBig;
std::string_view to_string(Drop reason);

/// One drop. The port is the sender or a receiver; absent when it is about neither.
struct Dropped {
  Drop reason = Drop::kNoRule;
  std::optional<Uuid> port;
  auto operator<=>(const Dropped&) const = default;
};

}  // namespace weft::reference
