#include "openflow/flow.h"

namespace weft::openflow {

Match& Match::set(Field field, const Bits& value) {
  return set_masked(field, value, Bits::ones(info(field).width));
}

Match& Match::set_masked(Field field, const Bits& value, const Bits& mask) {
  Bits kept = mask & Bits::ones(info(field).width);
  Bits wanted = value & kept;
  // The switch keeps "no VLAN tag" as CFI and VLAN id zero, whatever mask of the priority bits came with it.
  constexpr Bits kVidAndCfi(0x1fff);
  if (field == Field::kVlanTci && wanted.is_zero() && (kept & kVidAndCfi) == kVidAndCfi) kept = kVidAndCfi;
  if (kept.is_zero()) return *this;
  entries_[field] = {wanted, kept};
  return *this;
}

Match& Match::set_prefix(Field field, const IpPrefix& prefix) {
  int host_bits = prefix.address().width() - prefix.length();
  return set_masked(field, Bits(prefix.address()), ~Bits::ones(host_bits));
}

Match& Match::set_bits(Field field, int low, int count, std::uint64_t value) {
  Bits mask = Bits::ones(count) << low;
  Bits added = (Bits(value) << low) & mask;
  if (const Entry* before = find(field))
    return set_masked(field, (before->value & ~mask) | added, before->mask | mask);
  return set_masked(field, added, mask);
}

const Match::Entry* Match::find(Field field) const {
  auto it = entries_.find(field);
  return it == entries_.end() ? nullptr : &it->second;
}

}  // namespace weft::openflow
