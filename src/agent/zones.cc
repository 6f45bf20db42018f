#include "agent/zones.h"

#include <utility>

namespace weft::agent {
namespace {

constexpr std::uint16_t kFirstZone = 1;  // 0 is the default zone of everybody else on this machine

}  // namespace

void ZoneTable::assign(const SwitchInterfaces& interfaces) {
  auto before = std::exchange(by_interface_, {});
  used_.clear();
  // First what is known (ours, then read back), so that nobody loses a zone to a newcomer.
  for (const auto& [name, interface] : interfaces) {
    auto known = before.find(name);
    if (known == before.end() || !interface.claimed_port()) continue;
    const auto& entry = known->second;
    give(interface, entry.zone, entry.row == interface.row && entry.port == interface.claimed_port());
  }
  for (const auto& [name, interface] : interfaces) {
    if (!interface.claimed_port() || !interface.zone() || by_interface_.contains(name)) continue;
    give(interface, *interface.zone(), interface.zone_port() == interface.claimed_port());
  }
  std::uint16_t next = kFirstZone;
  for (const auto& [name, interface] : interfaces) {
    if (!interface.claimed_port() || by_interface_.contains(name)) continue;
    while (next != 0 && used_.contains(next)) ++next;
    if (next == 0) return;  // 65,535 interfaces: the rest goes without
    give(interface, next, false);
  }
}

/// `clean` says that nobody else's connections can be in the zone.
void ZoneTable::give(const SwitchInterface& interface, std::uint16_t zone, bool clean) {
  if (!used_.insert(zone).second) return;
  by_interface_[interface.name] = {.zone = zone, .row = interface.row, .port = *interface.claimed_port()};
  if (!clean) unflushed_.push_back(zone);
}

std::optional<std::uint16_t> ZoneTable::zone_of(const std::string& interface) const {
  auto found = by_interface_.find(interface);
  return found == by_interface_.end() ? std::nullopt : std::optional(found->second.zone);
}

std::vector<std::uint16_t> ZoneTable::take_unflushed() {
  return std::exchange(unflushed_, {});
}

}  // namespace weft::agent
