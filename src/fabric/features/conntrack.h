#pragma once
// ct_state in matches (ovs-fields(7)).

#include "fabric/build.h"

namespace weft::fabric {

inline constexpr std::uint64_t kCtNew = 0x01, kCtEstablished = 0x02, kCtRelated = 0x04, kCtReply = 0x08,
                               kCtInvalid = 0x10, kCtTracked = 0x20;

/// Bits that are set, and bits that are not; tracked always.
struct CtState {
  std::uint64_t set = 0;
  std::uint64_t clear = 0;
};

openflow::Match in_state(openflow::Match match, CtState state);

}  // namespace weft::fabric
