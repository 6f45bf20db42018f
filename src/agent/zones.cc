#include "agent/zones.h"

#include <utility>

namespace weft::agent {
namespace {

constexpr std::uint16_t kFirstZone = 1;  // 0 is the default zone of everybody else on this machine

}  // namespace

void ZoneTable::assign(const SwitchInterfaces& interfaces) {
  auto before = std::exchange(by_interface_, {});
  by_zone_.clear();
  auto keep = [&](const std::string& name, std::uint16_t zone) {
    if (by_zone_.emplace(zone, name).second) by_interface_.emplace(name, zone);
  };
  // First what is known (ours, then read back), so that nobody loses a zone to a newcomer.
  for (const auto& [name, interface] : interfaces) {
    if (auto known = before.find(name); known != before.end() && interface.claimed_port())
      keep(name, known->second);
  }
  for (const auto& [name, interface] : interfaces) {
    if (interface.claimed_port() && interface.zone() && !by_interface_.contains(name))
      keep(name, *interface.zone());
  }
  std::uint16_t next = kFirstZone;
  for (const auto& [name, interface] : interfaces) {
    if (!interface.claimed_port() || by_interface_.contains(name)) continue;
    while (next != 0 && by_zone_.contains(next)) ++next;
    if (next == 0) return;  // 65,535 interfaces: the rest goes without
    keep(name, next);
    unflushed_.push_back(next);
  }
}

std::optional<std::uint16_t> ZoneTable::zone_of(const std::string& interface) const {
  auto found = by_interface_.find(interface);
  return found == by_interface_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::uint16_t> ZoneTable::take_unflushed() {
  return std::exchange(unflushed_, {});
}

}  // namespace weft::agent
