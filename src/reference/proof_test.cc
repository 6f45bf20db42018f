// The proof: compiled flows do what the reference model says, in random worlds that change while packets
// flow; and the proof is proved by bugs.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "reference/cases.h"
#include "reference/mutations.h"

namespace weft::reference {
namespace {

constexpr int kEventsPerWorld = 60;
constexpr std::uint64_t kEnough = 100000;  ///< pairs that meet everything

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
  for (const auto& [request, count] : tally.requests)
    std::printf(", for the agent: %s %lu", std::string(to_string(request)).c_str(), count);
  std::printf(", answers: ARP %lu, ND %lu, ping %lu\n", tally.arp_answers, tally.neighbour_answers,
              tally.echo_answers);
  std::fflush(stdout);
}

TEST(ReferenceModel, MeansWhatTheNamedCasesSay) {
  for (const auto& [name, events, verdict] : named_cases()) EXPECT_EQ(last_verdict(events), verdict) << name;
}

TEST(CompiledFlows, DoWhatTheReferenceModelSaysInNamedCases) {
  for (const auto& [name, events, verdict] : named_cases()) {
    const auto difference = find_difference(events);
    EXPECT_FALSE(difference) << name << ": " << *difference;
  }
}

TEST(CompiledFlows, DoWhatTheReferenceModelSays) {
  constexpr std::uint64_t kProgress = 1000000;
  Tally tally;
  for (std::uint32_t seed = first_seed(); tally.packets < pairs(); ++seed) {
    const auto before = tally.packets;
    const auto difference = find_difference(random_case(seed, kEventsPerWorld), {}, &tally);
    ASSERT_FALSE(difference) << "seed " << seed << ' ' << *difference;
    if (before / kProgress != tally.packets / kProgress) print(tally);
  }
  print(tally);
  if (pairs() < kEnough) return;
  for (int reason = 0; reason <= static_cast<int>(kLastDrop); ++reason)
    EXPECT_GT(tally.drops[static_cast<Drop>(reason)], 0u) << to_string(static_cast<Drop>(reason));
  for (auto request : {Request::kDhcp, Request::kDhcp6, Request::kRouterSolicitation, Request::kTooBig})
    EXPECT_GT(tally.requests[request], 0u) << to_string(request);
  for (auto answers : {tally.arp_answers, tally.neighbour_answers, tally.echo_answers})
    EXPECT_GT(answers, 0u);
}

bool is_caught(const Mutation& mutation) {
  for (const auto& named : named_cases())
    if (differ(named.events, mutation)) return true;
  for (std::uint32_t seed = 1; seed <= 600; ++seed)
    if (differ(random_case(seed, kEventsPerWorld), mutation)) return true;
  return false;
}

TEST(Proof, CatchesEveryMutationOfTheCompiler) {
  if (pairs() < kEnough) GTEST_SKIP() << "a short run, for errors of memory: the pairs meet them all";
  for (const auto& mutation : mutations()) EXPECT_TRUE(is_caught(mutation.apply)) << mutation.name;
}

}  // namespace
}  // namespace weft::reference
