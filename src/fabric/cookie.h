#pragma once
// Provenance: which object of the intent caused a flow. The cookie is a function of that object's kind and
// id.

#include <compare>
#include <cstdint>
#include <string>

#include "model/intent.h"

namespace weft::fabric {

/// Kinds of objects that own flows. The numbers are in cookies on switches: never reuse one.
enum class ObjectKind : std::uint8_t {
  kPipeline = 1,  ///< the pipeline itself: the same on every node
  kTunnel = 2,
  kNetwork = 3,
  kPort = 4,
  kRule = 5,
  kRemoteGroup = 6,
  kMember = 7,             ///< a port's membership of a security group
  kAddressGroupEntry = 8,  ///< one prefix of an address group
};

std::string_view to_string(ObjectKind kind);

struct Owner {
  ObjectKind kind = ObjectKind::kPipeline;
  Uuid id;           ///< nil for the pipeline and for tunnels
  std::string name;  ///< of a tunnel, as "vxlan/worker2"; else empty
  auto operator<=>(const Owner&) const = default;
};

/// How a tunnel's owner is named: "vxlan/worker2".
std::string tunnel_name(model::Encapsulation encapsulation, const std::string& node);

/// Set in the cookies of dropping flows, so that a switch can be asked for those alone.
inline constexpr std::uint64_t kDropCookieBit = 1ULL << 63;

/// Kind in the upper 8 bits (without the drop bit), a hash of id and name in the lower 56. A flow with
/// several owners has the cookie of the first by kind, id and name.
std::uint64_t cookie_of(const Owner& owner);
/// The kind that a cookie tells; kPipeline for a cookie that is none of ours.
ObjectKind kind_of(std::uint64_t cookie);

/// In a person's terms: "port web1 (1a2b...)", "rule ingress tcp 80 of group con-pod (...)"; the bare id when
/// the intent no longer has the object.
std::string describe(const Owner& owner, const model::Intent& intent);

}  // namespace weft::fabric
