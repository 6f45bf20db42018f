#pragma once
// The grain of incremental compilation: what is recomputed as one piece.

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

#include "fabric/cookie.h"
#include "fabric/hash.h"

namespace weft::fabric {

enum class UnitKind : std::uint8_t {
  kPipeline,
  kTunnel,
  kNetwork,       ///< what one network learns and how large its packets may be
  kFloodToPorts,  ///< one flow: the local ports of a network
  kFloodToNodes,  ///< one flow: the nodes that share a network
  kPort,
  kRequests,  ///< what a local port asks the agent
  kRule,
  kRemoteGroup,
  kMember,
  kEntry,        ///< a prefix of an address group
  kDropSamples,  ///< for those who follow drops
};

struct Unit {
  UnitKind kind = UnitKind::kPipeline;
  Uuid id;
  std::string name;  ///< of a tunnel; else empty
  auto operator<=>(const Unit&) const = default;
};

/// The object that a unit's flows are for.
inline Owner owner_of(const Unit& unit) {
  auto kind = [&] {
    switch (unit.kind) {
      case UnitKind::kPipeline:
      case UnitKind::kDropSamples:
        return ObjectKind::kPipeline;
      case UnitKind::kTunnel:
        return ObjectKind::kTunnel;
      case UnitKind::kNetwork:
      case UnitKind::kFloodToPorts:
      case UnitKind::kFloodToNodes:
        return ObjectKind::kNetwork;
      case UnitKind::kPort:
      case UnitKind::kRequests:
        return ObjectKind::kPort;
      case UnitKind::kRule:
        return ObjectKind::kRule;
      case UnitKind::kRemoteGroup:
        return ObjectKind::kRemoteGroup;
      case UnitKind::kMember:
        return ObjectKind::kMember;
      case UnitKind::kEntry:
        return ObjectKind::kAddressGroupEntry;
    }
    return ObjectKind::kPipeline;
  };
  return {.kind = kind(), .id = unit.id, .name = unit.name};
}

}  // namespace weft::fabric

template <>
struct std::hash<weft::fabric::Unit> {
  std::size_t operator()(const weft::fabric::Unit& unit) const noexcept {
    return std::hash<weft::Uuid>{}(unit.id) ^ std::hash<std::string>{}(unit.name) ^
           static_cast<std::size_t>(unit.kind) * 0x9e3779b97f4a7c15ULL;
  }
};
