#include "fabric/identity.h"

#include "fabric/hash.h"

namespace weft::fabric {

GroupKeys::GroupKeys(Hash hash) : hash_(std::move(hash)) {}

std::uint32_t GroupKeys::hash_of(const Uuid& group) {
  const std::uint64_t h = fnv1a(group);
  const auto folded = static_cast<std::uint32_t>(h ^ h >> 32) & ~1U;
  return folded == 0 ? 2 : folded;  // conjunction id 0 means none
}

std::vector<Uuid> GroupKeys::add(const Uuid& group) {
  if (keys_.contains(group)) return {};
  const std::uint32_t own = hash_(group);
  keys_[group] = own;
  if (displaced_ == 0 && taken_.try_emplace(own, group).second) return {};
  return assign_all(group);
}

std::vector<Uuid> GroupKeys::remove(const Uuid& group) {
  auto it = keys_.find(group);
  if (it == keys_.end()) return {};
  taken_.erase(it->second);
  keys_.erase(it);
  return displaced_ == 0 ? std::vector<Uuid>{} : assign_all(group);
}

std::uint32_t GroupKeys::key(const Uuid& group) const {
  auto it = keys_.find(group);
  return it == keys_.end() ? 0 : it->second;
}

std::vector<Uuid> GroupKeys::assign_all(const Uuid& cause) {
  std::vector<Uuid> changed;
  taken_.clear();
  displaced_ = 0;
  for (auto& [group, key] : keys_) {
    const std::uint32_t own = hash_(group);
    std::uint32_t free = own;
    while (free == 0 || taken_.contains(free)) free += 2;
    taken_.emplace(free, group);
    displaced_ += free != own;
    if (key != free && group != cause) changed.push_back(group);
    key = free;
  }
  return changed;
}

}  // namespace weft::fabric
