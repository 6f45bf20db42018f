#include "fabric/identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace weft::fabric {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Uuid id(int n) {
  Uuid uuid;
  uuid.bytes[15] = static_cast<std::uint8_t>(n);
  return uuid;
}

/// Collides often: four hashes.
std::uint32_t poor_hash(const Uuid& group) {
  return 1u + group.bytes[15] % 4u;
}

TEST(GroupKeys, AreTheHashWhereNothingCollides) {
  GroupKeys keys;
  const Uuid group = Uuid::random();
  EXPECT_THAT(keys.add(group), IsEmpty());
  EXPECT_EQ(keys.key(group), GroupKeys::hash_of(group));
  EXPECT_NE(keys.key(group), 0u);
  EXPECT_EQ(keys.key(Uuid::random()), 0u);
}

TEST(GroupKeys, TheLowerIdKeepsTheHashWhateverTheOrder) {
  GroupKeys late(poor_hash), early(poor_hash);
  EXPECT_THAT(late.add(id(6)), IsEmpty());
  EXPECT_THAT(late.add(id(2)), ElementsAre(id(6)));
  EXPECT_THAT(early.add(id(2)), IsEmpty());
  EXPECT_THAT(early.add(id(6)), IsEmpty());
  for (int n : {2, 6}) EXPECT_EQ(late.key(id(n)), early.key(id(n)));
  EXPECT_NE(late.key(id(2)), late.key(id(6)));
  EXPECT_THAT(late.remove(id(2)), ElementsAre(id(6)));
  EXPECT_EQ(late.key(id(6)), poor_hash(id(6)));
}

TEST(GroupKeys, DependOnTheKnownGroupsAloneAndReportEveryChange) {
  std::mt19937 random(3);
  GroupKeys keys(poor_hash);
  std::map<Uuid, std::uint32_t> known;
  for (int step = 0; step < 500; ++step) {
    const Uuid group = id(static_cast<int>(random() % 20));
    const bool adds = random() % 2;
    const auto changed = adds ? keys.add(group) : keys.remove(group);
    if (adds)
      known[group] = keys.key(group);
    else
      known.erase(group);
    for (const auto& other : changed) known[other] = keys.key(other);

    GroupKeys fresh(poor_hash);
    for (const auto& [other, key] : known) fresh.add(other);
    for (const auto& [other, key] : known) {
      ASSERT_EQ(key, keys.key(other));
      ASSERT_EQ(key, fresh.key(other));
    }
  }
}

}  // namespace
}  // namespace weft::fabric
