#pragma once

#include <compare>
#include <cstdint>
#include <vector>

namespace weft::fabric {

/// A 16-bit value under a mask.
struct MaskedPort {
  std::uint16_t value = 0;
  std::uint16_t mask = 0;
  auto operator<=>(const MaskedPort&) const = default;
};

/// The fewest aligned blocks that cover exactly [low, high]; nothing when low > high.
std::vector<MaskedPort> port_range_masks(std::uint16_t low, std::uint16_t high);

}  // namespace weft::fabric
