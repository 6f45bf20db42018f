#pragma once
// Why packets are dropped. A reason is part of a family of flows, so a dropping flow's counter is the count
// of its reason and its owner; samples carry it in the register `drop_reason`.

#include <array>
#include <cstdint>
#include <string_view>

namespace weft::fabric {

/// The numbers are in registers of running switches: never reuse one.
enum class Drop : std::uint8_t {
  kNone = 0,
  kVlanTagged = 1,
  kSpoofedMac = 2,
  kSpoofedIp = 3,
  kSpoofedArp = 4,
  kSpoofedNd = 5,
  kRogueDhcp = 6,
  kRogueRa = 7,
  kOtherProtocolOut = 8,  ///< neither IP nor ARP, from or to a port with port security
  kNoRuleOut = 9,
  kNoRuleIn = 10,
  kInvalidOut = 11,
  kInvalidIn = 12,
  kUnknownPort =
      13,  ///< came from an interface that carries no port, or whose port is down or bound elsewhere
  kUnknownNetwork = 14,  ///< came from another node for a network without ports here
  kPortDown = 15,        ///< to a port that is administratively down
  kOtherProtocolIn = 17,
  kNoDestination = 16,     ///< to a port that has no interface here, or whose node has no tunnel
  kTooManyMacs = 19,       ///< the port announced more MACs than a switch learns behind one
  kTooBig = 20,            ///< larger than the network's MTU
  kTooManyRequests = 21,   ///< more DHCP requests or router solicitations per second than a port may send
  kMalformedRequest = 22,  ///< a DHCP request or router solicitation that the agent refuses to read
  kNoLease = 23,           ///< a DHCP request of a port, or for an address, that no subnet with DHCP serves
  kTunnelEndpoint = 18,    ///< a tunnel's packet inside a network, to this node's own end of tunnels
};

/// Which port the drop is about.
enum class DropSide : std::uint8_t { kSender, kReceiver, kNeither };

struct DropInfo {
  Drop reason;
  std::string_view name;  ///< as people and metrics see it; both directions of one reason share it
  DropSide side;
};

inline constexpr std::array kDrops = {
    DropInfo{Drop::kVlanTagged, "VLAN tag", DropSide::kSender},
    DropInfo{Drop::kSpoofedMac, "spoofed MAC", DropSide::kSender},
    DropInfo{Drop::kSpoofedIp, "spoofed IP", DropSide::kSender},
    DropInfo{Drop::kSpoofedArp, "spoofed ARP", DropSide::kSender},
    DropInfo{Drop::kSpoofedNd, "spoofed ND", DropSide::kSender},
    DropInfo{Drop::kRogueDhcp, "rogue DHCP", DropSide::kSender},
    DropInfo{Drop::kRogueRa, "rogue RA", DropSide::kSender},
    DropInfo{Drop::kOtherProtocolOut, "other protocol", DropSide::kSender},
    DropInfo{Drop::kOtherProtocolIn, "other protocol", DropSide::kReceiver},
    DropInfo{Drop::kNoRuleOut, "no rule", DropSide::kSender},
    DropInfo{Drop::kNoRuleIn, "no rule", DropSide::kReceiver},
    DropInfo{Drop::kInvalidOut, "invalid connection state", DropSide::kSender},
    DropInfo{Drop::kInvalidIn, "invalid connection state", DropSide::kReceiver},
    DropInfo{Drop::kUnknownPort, "unknown port", DropSide::kNeither},
    DropInfo{Drop::kUnknownNetwork, "unknown network", DropSide::kNeither},
    DropInfo{Drop::kPortDown, "port down", DropSide::kNeither},
    DropInfo{Drop::kNoDestination, "unknown destination", DropSide::kNeither},
    DropInfo{Drop::kTooManyMacs, "too many MACs", DropSide::kSender},
    DropInfo{Drop::kTooBig, "too big", DropSide::kSender},
    DropInfo{Drop::kTooManyRequests, "too many requests", DropSide::kSender},
    DropInfo{Drop::kMalformedRequest, "malformed request", DropSide::kSender},
    DropInfo{Drop::kNoLease, "no lease", DropSide::kSender},
    DropInfo{Drop::kTunnelEndpoint, "tunnel endpoint", DropSide::kNeither},
};

/// The reason of a number; null for kNone and for numbers of other versions.
constexpr const DropInfo* drop_info(std::uint64_t number) {
  for (const auto& info : kDrops) {
    if (static_cast<std::uint64_t>(info.reason) == number) return &info;
  }
  return nullptr;
}
constexpr const DropInfo* drop_info(Drop reason) {
  return drop_info(static_cast<std::uint64_t>(reason));
}

}  // namespace weft::fabric
