#pragma once
// Which meters the flows of a switch name: those must be in it.

#include <map>
#include <optional>
#include <vector>

#include "openflow/messages.h"

namespace weft::fabric {

class MeterUses {
 public:
  /// A flow takes the place of another; either may be none.
  void replace(const std::optional<openflow::Flow>& before, const std::optional<openflow::Flow>& now);

  /// What the changes since the last call amount to.
  struct Changes {
    std::vector<openflow::Meter> come;
    std::vector<std::uint32_t> go;
  };
  Changes take_changes();

  bool contains(std::uint32_t meter) const { return uses_.contains(meter); }
  std::vector<openflow::Meter> all() const;

 private:
  void count(const std::optional<openflow::Flow>& flow, int step);

  std::map<std::uint32_t, int> uses_;  ///< flows that name the meter
  /// Those whose count changed since the last call, and whether they were in use then.
  std::map<std::uint32_t, bool> before_;
};

}  // namespace weft::fabric
