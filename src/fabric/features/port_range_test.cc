#include "fabric/features/port_range.h"

#include <gtest/gtest.h>

#include <random>

namespace weft::fabric {
namespace {

bool covers(const std::vector<MaskedPort>& blocks, int port) {
  for (const auto& block : blocks) {
    if ((port & block.mask) == block.value) return true;
  }
  return false;
}

/// The fewest aligned power-of-two blocks, by trying the largest block that holds a point and nothing else.
std::size_t fewest(int low, int high, int start = 0, int size = 0x10000) {
  if (high < start || start + size <= low) return 0;
  if (low <= start && start + size - 1 <= high) return 1;
  return fewest(low, high, start, size / 2) + fewest(low, high, start + size / 2, size / 2);
}

TEST(PortRange, CoversExactlyTheRangeWithTheFewestBlocks) {
  std::mt19937 random(7);
  std::uniform_int_distribution<int> any(0, 0xffff);
  for (int i = 0; i < 300; ++i) {
    int low = any(random), high = any(random);
    if (low > high) std::swap(low, high);
    const auto blocks = port_range_masks(static_cast<std::uint16_t>(low), static_cast<std::uint16_t>(high));
    EXPECT_EQ(blocks.size(), fewest(low, high)) << low << '-' << high;
    for (int port = 0; port <= 0xffff; port += 1 + i % 7) {
      ASSERT_EQ(covers(blocks, port), low <= port && port <= high) << port << " in " << low << '-' << high;
    }
    EXPECT_TRUE(covers(blocks, low) && covers(blocks, high));
    EXPECT_FALSE(covers(blocks, low - 1) || covers(blocks, high + 1));
  }
}

TEST(PortRange, KnowsItsEdges) {
  using Blocks = std::vector<MaskedPort>;
  EXPECT_EQ(port_range_masks(0, 0xffff), (Blocks{{0, 0}}));
  EXPECT_EQ(port_range_masks(80, 80), (Blocks{{80, 0xffff}}));
  EXPECT_EQ(port_range_masks(0xffff, 0xffff), (Blocks{{0xffff, 0xffff}}));
  EXPECT_EQ(port_range_masks(8000, 8001), (Blocks{{8000, 0xfffe}}));
  EXPECT_TRUE(port_range_masks(81, 80).empty());
}

}  // namespace
}  // namespace weft::fabric
