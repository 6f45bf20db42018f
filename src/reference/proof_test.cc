// The proof: compiled flows do what the reference model says, in random worlds; and the proof is proved by
// bugs.
#include <gtest/gtest.h>

#include <cstdlib>

#include "reference/comparison.h"
#include "reference/mutations.h"

namespace weft::reference {
namespace {

constexpr int kPacketsPerWorld = 50;

/// World-packet pairs to try: WEFT_PROOF_PAIRS, or what every `make test` tries.
int pairs() {
  const char* asked = std::getenv("WEFT_PROOF_PAIRS");
  return asked ? std::atoi(asked) : 100000;
}

TEST(CompiledFlows, DoWhatTheReferenceModelSays) {
  const int worlds = pairs() / kPacketsPerWorld;
  for (int seed = 1; seed <= worlds; ++seed) {
    auto difference = find_difference(static_cast<std::uint32_t>(seed), kPacketsPerWorld);
    ASSERT_FALSE(difference) << *difference;
  }
  RecordProperty("pairs", worlds * kPacketsPerWorld);
}

TEST(Proof, CatchesEveryMutationOfTheCompiler) {
  for (const auto& mutation : mutations()) {
    bool caught = false;
    for (std::uint32_t seed = 1; seed <= 400 && !caught; ++seed)
      caught = find_difference(seed, kPacketsPerWorld, mutation.apply).has_value();
    EXPECT_TRUE(caught) << mutation.name;
  }
}

}  // namespace
}  // namespace weft::reference
