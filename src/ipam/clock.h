#pragma once

#include <chrono>
#include <cstdint>

namespace weft::ipam {

/// Microseconds since the epoch, as created_at and updated_at count.
inline std::int64_t now_micros() {
  using namespace std::chrono;
  return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace weft::ipam
