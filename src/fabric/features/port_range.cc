#include "fabric/features/port_range.h"

namespace weft::fabric {

std::vector<MaskedPort> port_range_masks(std::uint16_t low, std::uint16_t high) {
  std::vector<MaskedPort> blocks;
  const std::uint32_t end = high + 1u;
  for (std::uint32_t start = low; start < end;) {
    std::uint32_t size = 1;  // the largest aligned block that starts here and does not pass the end
    while (start % (size * 2) == 0 && start + size * 2 <= end && size < 0x10000) size *= 2;
    blocks.push_back({static_cast<std::uint16_t>(start), static_cast<std::uint16_t>(0x10000 - size)});
    start += size;
  }
  return blocks;
}

}  // namespace weft::fabric
