// Prints the frequency of this processor's time stamp counter in kHz, measured against the monotonic clock.
#include <time.h>
#include <x86intrin.h>

#include <cstdint>
#include <cstdio>

namespace {

struct Reading {
  uint64_t ticks;
  int64_t nanoseconds;
};

/// A reading of both clocks: the closest pair of several, so that a pause between the two does not count.
Reading read_clocks() {
  Reading best{};
  uint64_t best_gap = UINT64_MAX;
  for (int i = 0; i < 100; ++i) {
    timespec now{};
    const uint64_t before = __rdtsc();
    clock_gettime(CLOCK_MONOTONIC, &now);
    const uint64_t gap = __rdtsc() - before;
    if (gap >= best_gap) continue;
    best_gap = gap;
    best = {before + gap / 2, now.tv_sec * 1'000'000'000LL + now.tv_nsec};
  }
  return best;
}

}  // namespace

int main() {
  const Reading first = read_clocks();
  const timespec pause{0, 20'000'000};
  nanosleep(&pause, nullptr);
  const Reading second = read_clocks();
  const double milliseconds = static_cast<double>(second.nanoseconds - first.nanoseconds) / 1e6;
  std::printf("%.0f\n", static_cast<double>(second.ticks - first.ticks) / milliseconds);
}
