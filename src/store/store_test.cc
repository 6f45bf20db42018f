#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/apply.h"
#include "store/conflict.h"
#include "store/rows.h"
#include "store/schema.h"

namespace weft::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using Kind = Conflict::Kind;

TEST(Conflict, NamesTheViolatedIndex) {
  Error error(
      Errc::kConflict,
      "Transaction causes multiple rows in \"Address\" table to have identical values (u and \"10.0.0.5\") "
      "for "
      "index on columns \"subnet\" and \"ip\".  First row, with UUID u, was inserted by this transaction.",
      "constraint violation");
  auto conflict = read_conflict(error);
  EXPECT_EQ(conflict.kind, Kind::kIndex);
  EXPECT_EQ(conflict.table, "Address");
  EXPECT_THAT(conflict.columns, ElementsAre("subnet", "ip"));
}

TEST(Conflict, TellsAMissingRowFromOneStillInUse) {
  auto missing = read_conflict(
      {Errc::kConflict, "Table Port column network row 1 references nonexistent row 2 in table Network.",
       "referential integrity violation"});
  EXPECT_EQ(missing.kind, Kind::kMissingReference);
  EXPECT_EQ(missing.table, "Port");
  EXPECT_EQ(missing.target, "Network");
  auto used =
      read_conflict({Errc::kConflict, "cannot delete Network row 1 because of 2 remaining reference(s)",
                     "referential integrity violation"});
  EXPECT_EQ(used.kind, Kind::kStillReferenced);
  EXPECT_EQ(used.table, "Network");
}

TEST(Conflict, OtherErrorsAreNone) {
  EXPECT_EQ(read_conflict({Errc::kUnavailable, "gone"}).kind, Kind::kNone);
  EXPECT_EQ(read_conflict({Errc::kConflict, "", "timed out"}).kind, Kind::kPrecondition);
}

TEST(Schema, SameMajorAndNotOlderWillDo) {
  EXPECT_TRUE(check_schema_version("1.2.0", "1.2.0"));
  EXPECT_TRUE(check_schema_version("1.2.0", "1.10.0"));
  EXPECT_THAT(check_schema_version("1.2.0", "1.1.9").error().message, HasSubstr("ovsdb-client convert"));
  EXPECT_THAT(check_schema_version("1.2.0", "2.0.0").error().message, HasSubstr("upgrade this program"));
  EXPECT_FALSE(check_schema_version("1.2.0", ""));
}

TEST(Schema, TravelsWithTheLibrary) {
  EXPECT_EQ(schema_version(), "1.3.0");
}

TEST(Scope, AnAgentWatchesItsHostAndItsInterest) {
  Interest interest{.networks = {Uuid::random()}, .groups = {Uuid::random()}, .ports = {Uuid::random()}};
  auto where = conditions_of({.host = "worker1"}, interest);
  EXPECT_THAT(where.at("Port"), SizeIs(3));
  EXPECT_THAT(where.at("Binding"), SizeIs(1));
  EXPECT_EQ(where.at("Subnet").front().column, "network");
  EXPECT_EQ(where.at("SecurityGroupRule").front().column, "group");
  EXPECT_EQ(where.at("Network").front().column, "_uuid");
}

TEST(Scope, HeartbeatsAreWatchedOnlyOnRequest) {
  auto has_heartbeats = [](const Scope& scope) {
    auto monitors = monitors_of(scope);
    return std::any_of(monitors.begin(), monitors.end(),
                       [](const auto& m) { return m.table == "Heartbeat"; });
  };
  EXPECT_FALSE(has_heartbeats({}));
  EXPECT_FALSE(has_heartbeats({.host = "worker1"}));
  EXPECT_TRUE(has_heartbeats({.heartbeats = true}));
}

TEST(Apply, AMalformedRowIsLeftOutAndTheRestStays) {
  model::Intent intent;
  model::Heartbeat good{Uuid::random(), "worker1", 1};
  auto row = [](ovsdb::Row r) { return std::make_shared<const ovsdb::Row>(std::move(r)); };
  ovsdb::Changes changes{{"Port", Uuid::random(), nullptr, row({{"mac", ovsdb::Datum("nonsense")}})},
                         {"Heartbeat", good.id, nullptr, row(to_row(good))}};
  auto applied = apply_rows(changes, intent);
  EXPECT_EQ(applied.malformed, 1u);
  EXPECT_THAT(applied.changes, SizeIs(1));
  EXPECT_EQ(intent.find<model::Heartbeat>(good.id)->beat, 1);
}

TEST(Apply, ARowThatGoesLeavesTheIntent) {
  model::Intent intent;
  model::Heartbeat beat{Uuid::random(), "worker1", 1};
  intent.put(beat);
  auto applied = apply_rows({{"Heartbeat", beat.id, nullptr, nullptr}}, intent);
  EXPECT_THAT(applied.changes, SizeIs(1));
  EXPECT_FALSE(intent.find<model::Heartbeat>(beat.id));
}

}  // namespace
}  // namespace weft::store
