#pragma once
// What the agent refuses of that which flows send up, counted like drops of the switch.

#include <map>
#include <set>

#include "base/uuid.h"
#include "fabric/drops.h"

namespace weft::agent {

class Refusals {
 public:
  struct Count {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
  };
  using Key = std::pair<fabric::Drop, Uuid>;  ///< why, and the port that sent it

  void add(fabric::Drop reason, const Uuid& port, std::uint64_t bytes);
  /// Forgets the ports that are not among these: their flows' counters are gone, too.
  void keep(const std::set<Uuid>& ports);
  const std::map<Key, Count>& counts() const { return counts_; }

 private:
  std::map<Key, Count> counts_;
};

}  // namespace weft::agent
