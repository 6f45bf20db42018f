#pragma once

#include <iterator>
#include <random>
#include <vector>

#include "base/uuid.h"

namespace weft::reference {

/// Choices from one seeded generator.
class Dice {
 public:
  explicit Dice(std::mt19937& random) : random_(random) {}
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  bool one_in(int n) { return below(n) == 0; }
  template <typename Range>
  const auto& pick(const Range& from) {
    return *std::next(std::begin(from), below(static_cast<int>(std::size(from))));
  }

 private:
  std::mt19937& random_;
};

/// An id that does not depend on which others were made before.
inline Uuid random_id(Dice& dice) {
  Uuid id;
  for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(dice.below(256));
  return id;
}

}  // namespace weft::reference
