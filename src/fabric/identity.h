#pragma once
// Identifiers that flows carry. All are functions of the objects' own ids: nothing is allocated, so every
// restart (and every node) arrives at the same ones.

#include <cstdint>
#include <functional>
#include <map>
#include <unordered_map>
#include <vector>

#include "model/network.h"

namespace weft::fabric {

/// A network as the pipeline knows it: four bits of encapsulation above 24 bits of VNI. VXLAN 100 and Geneve
/// 100 differ.
struct NetworkKey {
  std::uint32_t value = 0;
  auto operator<=>(const NetworkKey&) const = default;
};

/// 1 vxlan, 2 geneve; never 0.
constexpr std::uint32_t encapsulation_bits(model::Encapsulation encapsulation) {
  return encapsulation == model::Encapsulation::kVxlan ? 1 : 2;
}
constexpr int kVniBits = 24;
constexpr NetworkKey network_key(model::Encapsulation encapsulation, std::int64_t vni) {
  return {encapsulation_bits(encapsulation) << kVniBits | static_cast<std::uint32_t>(vni & model::kMaxVni)};
}

/// 32-bit keys of security groups and address groups: what the `group` register holds, and the conjunction
/// ids of a remote one (two: the key, which is even, and the number after it).
///
/// A key is a hash of the group's id. Two groups of one hash must not share a key (one's members would pass
/// as the other's), so among the groups known on this node the one with the lower id keeps the hash and the
/// other takes the next free number: the keys are a function of the set of known groups alone. With random
/// ids that is once in 2^32 pairs.
class GroupKeys {
 public:
  using Hash = std::function<std::uint32_t(const Uuid&)>;
  explicit GroupKeys(Hash hash = hash_of);

  /// Makes a group known, or forgets it. Returns the other groups whose keys changed by that.
  std::vector<Uuid> add(const Uuid& group);
  std::vector<Uuid> remove(const Uuid& group);
  /// Never 0 for a known group; 0 for others.
  std::uint32_t key(const Uuid& group) const;

  static std::uint32_t hash_of(const Uuid& group);

 private:
  std::vector<Uuid> assign_all(const Uuid& cause);

  Hash hash_;
  std::map<Uuid, std::uint32_t> keys_;
  std::unordered_map<std::uint32_t, Uuid> taken_;
  std::size_t displaced_ = 0;  ///< groups that do not have their own hash
};

}  // namespace weft::fabric
