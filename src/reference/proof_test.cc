// The proof: compiled flows do what the reference model says, in random worlds that change while packets
// flow; and the proof is proved by bugs.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "reference/comparison.h"
#include "reference/mutations.h"

namespace weft::reference {
namespace {

constexpr int kEventsPerWorld = 60;

/// World-packet pairs to try: WEFT_PROOF_PAIRS, or what every `make test` tries.
std::uint64_t pairs() {
  const char* asked = std::getenv("WEFT_PROOF_PAIRS");
  return asked ? std::strtoull(asked, nullptr, 10) : 120000;
}

/// The first world; another one finds other differences.
std::uint32_t first_seed() {
  const char* asked = std::getenv("WEFT_PROOF_SEED");
  return asked ? static_cast<std::uint32_t>(std::strtoul(asked, nullptr, 10)) : 1;
}

void print(const Tally& tally) {
  std::printf("%lu packets, %lu passed, %lu changes", tally.packets, tally.passed, tally.changes);
  for (const auto& [reason, count] : tally.drops)
    std::printf(", %s %lu", std::string(to_string(reason)).c_str(), count);
  std::printf("\n");
  std::fflush(stdout);
}

TEST(CompiledFlows, DoWhatTheReferenceModelSays) {
  constexpr std::uint64_t kProgress = 1000000;
  Tally tally;
  for (std::uint32_t seed = first_seed(); tally.packets < pairs(); ++seed) {
    const auto before = tally.packets;
    const auto difference = find_difference(seed, kEventsPerWorld, {}, &tally);
    ASSERT_FALSE(difference) << *difference;
    if (before / kProgress != tally.packets / kProgress) print(tally);
  }
  print(tally);
  for (int reason = 0; reason <= static_cast<int>(Drop::kUnknownDestination); ++reason)
    EXPECT_GT(tally.drops[static_cast<Drop>(reason)], 0u) << to_string(static_cast<Drop>(reason));
}

TEST(Proof, CatchesEveryMutationOfTheCompiler) {
  for (const auto& mutation : mutations()) {
    bool caught = false;
    for (std::uint32_t seed = 1; seed <= 600 && !caught; ++seed)
      caught = find_difference(seed, kEventsPerWorld, mutation.apply).has_value();
    EXPECT_TRUE(caught) << mutation.name;
  }
}

}  // namespace
}  // namespace weft::reference
