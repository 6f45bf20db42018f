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

  /// What a switch with these meters lacks or has otherwise, and what flows named that are gone.
  Changes difference(const std::vector<openflow::Meter>& actual) const;

 private:
  void count(const std::optional<openflow::Flow>& flow, int step);

  std::map<std::uint32_t, int> uses_;  ///< flows that name the meter
  /// Those whose count changed since the last call, and whether they were in use then.
  std::map<std::uint32_t, bool> before_;
};

}  // namespace weft::fabric
