#pragma once
// FNV-1a (draft-eastlake-fnv), 64 bits: a hash that is the same on every node, in every build and after every
// restart.

#include <cstdint>
#include <string_view>

#include "base/uuid.h"

namespace weft::fabric {

constexpr std::uint64_t kFnvStart = 0xcbf29ce484222325ULL;

constexpr std::uint64_t fnv1a(std::string_view bytes, std::uint64_t hash = kFnvStart) {
  for (char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

inline std::uint64_t fnv1a(const Uuid& id, std::uint64_t hash = kFnvStart) {
  return fnv1a(std::string_view(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()), hash);
}

}  // namespace weft::fabric
