#pragma once
// Conntrack zones of this node: one per claimed interface, kept in its external_ids so that a restart finds
// it again.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/switch_state.h"

namespace weft::agent {

class ZoneTable {
 public:
  /// Gives every interface that names a port a zone: the one that its external_ids hold, else the lowest free
  /// one. Zones of interfaces that are gone become free.
  void assign(const SwitchInterfaces& interfaces);

  /// The zone of an interface, when it has one.
  std::optional<std::uint16_t> zone_of(const std::string& interface) const;

  /// Zones given out since the last call that were not read back: entries of a former owner may be in them.
  std::vector<std::uint16_t> take_unflushed();

 private:
  std::map<std::string, std::uint16_t> by_interface_;
  std::map<std::uint16_t, std::string> by_zone_;
  std::vector<std::uint16_t> unflushed_;
};

}  // namespace weft::agent
