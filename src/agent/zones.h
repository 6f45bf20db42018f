#pragma once
// Conntrack zones of this node: one per claimed interface, kept in its external_ids so that a restart finds
// it again.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/switch_state.h"

namespace weft::agent {

class ZoneTable {
 public:
  /// Gives every interface that names a port a zone: the one that it has, the one that its external_ids hold,
  /// else the lowest free one. Zones of interfaces that are gone become free.
  void assign(const SwitchInterfaces& interfaces);

  /// The zone of an interface, when it has one.
  std::optional<std::uint16_t> zone_of(const std::string& interface) const;

  /// The zones of all interfaces.
  const std::set<std::uint16_t>& used() const { return used_; }

  /// Zones that a port came into since the last call: entries of a former owner may be in them.
  std::vector<std::uint16_t> take_unflushed();

 private:
  struct Entry {
    std::uint16_t zone = 0;
    Uuid row;   ///< the interface's: one that is deleted and made again is another
    Uuid port;  ///< whose connections may be in the zone
  };

  void give(const SwitchInterface& interface, std::uint16_t zone, bool clean);

  std::map<std::string, Entry> by_interface_;
  std::set<std::uint16_t> used_;
  std::vector<std::uint16_t> unflushed_;
};

}  // namespace weft::agent
