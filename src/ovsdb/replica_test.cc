#include "ovsdb/replica.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace weft::ovsdb {
namespace {

const Uuid kA = *Uuid::parse("aaaaaaaa-0000-4000-8000-000000000000");
const Uuid kB = *Uuid::parse("bbbbbbbb-0000-4000-8000-000000000000");

constexpr const char* kSchema = R"({"name":"Test","tables":{
  "Port":{"columns":{
    "name":{"type":"string"}, "revision":{"type":"integer"}, "weight":{"type":"real"},
    "host":{"type":{"key":"string","min":0,"max":1}},
    "tags":{"type":{"key":{"type":"string"},"min":0,"max":"unlimited"}},
    "numbers":{"type":{"key":"integer","min":1,"max":8}},
    "options":{"type":{"key":"string","value":"string","min":0,"max":"unlimited"}}}},
  "Log":{"columns":{"text":{"type":"string"}}}}})";

Datum integer(std::int64_t value) {
  return Datum(Atom(value));
}
Datum tags(std::vector<std::string> names) {
  return Datum::set(names);
}

class ReplicaTest : public testing::Test {
 protected:
  ReplicaTest() {
    auto schema = parse_schema(boost::json::parse(kSchema));
    EXPECT_TRUE(schema);
    replica_.set_schema(std::move(*schema));
  }
  /// Updates written as {"Port":{"A":...}} with A and B for the two ids.
  static boost::json::value updates(std::string text) {
    for (auto [mark, id] : {std::pair("\"A\"", kA), std::pair("\"B\"", kB)}) {
      for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark)) {
        text.replace(at, 3, '"' + id.to_string() + '"');
      }
    }
    return boost::json::parse(text);
  }
  Changes apply(const std::string& text) {
    auto changes = replica_.apply_updates2(updates(text));
    EXPECT_TRUE(changes) << (changes ? "" : changes.error().message);
    return changes ? *changes : Changes();
  }
  Row row(const Uuid& id) const {
    auto found = replica_.find("Port", id);
    return found ? *found : Row();
  }

  Replica replica_;
};

TEST_F(ReplicaTest, FollowsARowFromInsertToDelete) {
  auto inserted = apply(R"({"Port":{"A":{"insert":{"name":"p","revision":1}}}})");
  ASSERT_EQ(inserted.size(), 1u);
  EXPECT_EQ(inserted[0].table, "Port");
  EXPECT_EQ(inserted[0].id, kA);
  EXPECT_EQ(inserted[0].before, nullptr);
  EXPECT_EQ(*inserted[0].after, (Row{{"name", "p"}, {"revision", integer(1)}}));

  auto modified = apply(R"({"Port":{"A":{"modify":{"revision":2}}}})");
  ASSERT_EQ(modified.size(), 1u);
  EXPECT_EQ(modified[0].before, inserted[0].after);
  EXPECT_EQ(row(kA), (Row{{"name", "p"}, {"revision", integer(2)}}));

  auto removed = apply(R"({"Port":{"A":{"delete":null}}})");
  ASSERT_EQ(removed.size(), 1u);
  EXPECT_EQ(removed[0].before, modified[0].after);
  EXPECT_EQ(removed[0].after, nullptr);
  EXPECT_EQ(replica_.row_count(), 0u);
}

TEST_F(ReplicaTest, ReadsDifferencesOfSets) {
  apply(R"({"Port":{"A":{"initial":{"tags":["set",["a","b"]]}}}})");
  apply(R"({"Port":{"A":{"modify":{"tags":["set",["b","c"]]}}}})");
  EXPECT_EQ(row(kA)["tags"], tags({"a", "c"}));
  apply(R"({"Port":{"A":{"modify":{"tags":"d"}}}})");
  EXPECT_EQ(row(kA)["tags"], tags({"a", "c", "d"}));
  apply(R"({"Port":{"A":{"modify":{"tags":["set",["a","c","d"]]}}}})");
  EXPECT_EQ(row(kA), Row());
  apply(R"({"Port":{"A":{"modify":{"tags":"e"}}}})");
  EXPECT_EQ(row(kA)["tags"], tags({"e"}));
}

TEST_F(ReplicaTest, StartsDifferencesAtTheDefault) {
  apply(R"({"Port":{"A":{"insert":{}}}})");  // numbers = {0}
  apply(R"({"Port":{"A":{"modify":{"numbers":["set",[0,5]]}}}})");
  EXPECT_EQ(row(kA)["numbers"], integer(5));
}

TEST_F(ReplicaTest, ReadsDifferencesOfMaps) {
  apply(R"({"Port":{"A":{"insert":{"options":["map",[["gone","1"],["kept","2"],["other","3"]]]}}}})");
  apply(R"({"Port":{"A":{"modify":{"options":["map",[["gone","1"],["new","4"],["other","5"]]]}}}})");
  EXPECT_EQ(row(kA)["options"], Datum::map({{"kept", "2"}, {"new", "4"}, {"other", "5"}}));
}

TEST_F(ReplicaTest, ReplacesScalarsAndOptionalColumns) {
  apply(R"({"Port":{"A":{"insert":{"host":"w1"}}}})");
  apply(R"({"Port":{"A":{"modify":{"host":"w2"}}}})");
  EXPECT_EQ(row(kA)["host"], Datum("w2"));
  apply(R"({"Port":{"A":{"modify":{"host":["set",[]]}}}})");
  EXPECT_EQ(row(kA), Row());
}

TEST_F(ReplicaTest, LeavesDefaultsOutHoweverTheyCame) {
  apply(R"({"Port":{"A":{"insert":{"name":"","revision":0}}}})");
  EXPECT_EQ(row(kA), Row());
  apply(R"({"Port":{"A":{"modify":{"revision":4}}}})");
  apply(R"({"Port":{"A":{"modify":{"revision":0}}}})");
  EXPECT_EQ(row(kA), Row());
}

TEST_F(ReplicaTest, ReadsRealsWrittenAsIntegers) {
  apply(R"({"Port":{"A":{"insert":{"weight":2}}}})");
  EXPECT_EQ(row(kA)["weight"], Datum(Atom(2.0)));
}

TEST_F(ReplicaTest, ReportsOnlyDifferencesOfADump) {
  apply(R"({"Port":{"A":{"insert":{"name":"a","tags":"x"}},"B":{"insert":{"name":"b"}}}})");
  RowPtr kept = replica_.find("Port", kA);
  auto same = replica_.replace(
      updates(R"({"Port":{"B":{"initial":{"name":"b"}},"A":{"initial":{"tags":"x","name":"a"}}}})"));
  ASSERT_TRUE(same);
  EXPECT_TRUE(same->empty());
  EXPECT_EQ(replica_.find("Port", kA), kept);

  auto changed =
      replica_.replace(updates(R"({"Port":{"A":{"initial":{"name":"a2"}}},"Log":{"B":{"initial":{}}}})"));
  ASSERT_TRUE(changed);
  ASSERT_EQ(changed->size(), 3u);
  EXPECT_EQ((*changed)[0].id, kB);
  EXPECT_EQ((*changed)[0].after, nullptr);
  EXPECT_EQ((*changed)[1].before, kept);
  EXPECT_EQ(row(kA), (Row{{"name", "a2"}}));
  EXPECT_EQ(replica_.table("Log").size(), 1u);
}

TEST_F(ReplicaTest, ChangesNothingWhenAnUpdateIsMalformed) {
  apply(R"({"Port":{"A":{"insert":{"name":"a"}}}})");
  for (const char* bad :
       {R"([])", R"({"Port":[]})", R"({"Nothing":{}})", R"({"Port":{"x":{"delete":null}}})",
        R"({"Port":{"A":{"delete":null},"B":{"modify":{"name":"b"}}}})",
        R"({"Port":{"B":{"insert":{"name":null}}}})", R"({"Port":{"A":{"modify":{"options":["set",[]]}}}})",
        R"({"Port":{"A":{"modify":{"nothing":1}}}})", R"({"Port":{"A":{"explode":{}}}})",
        R"({"Port":{"A":{}}})", R"({"Port":{"A":{"insert":7}}})"}) {
    auto changes = replica_.apply_updates2(updates(bad));
    ASSERT_FALSE(changes) << bad;
    EXPECT_EQ(changes.error().code, Errc::kProtocol);
    EXPECT_EQ(row(kA), (Row{{"name", "a"}}));
    EXPECT_EQ(replica_.row_count(), 1u);
  }
}

TEST(ReplicaErrors, SayWhereTheyAre) {
  Replica replica;
  replica.set_schema(*parse_schema(boost::json::parse(kSchema)));
  auto bad = boost::json::parse(
      R"({"Port":{"aaaaaaaa-0000-4000-8000-000000000000":{"insert":{"tags":["set",["a",null]]}}}})");
  EXPECT_EQ(replica.apply_updates2(bad).error().message,
            "Port: aaaaaaaa-0000-4000-8000-000000000000: tags: set[1]: not an atom");
}

TEST(Schema, RefusesWhatIsNone) {
  for (const char* text : {"[]", "{}", R"({"tables":{"T":{}}})", R"({"tables":{"T":{"columns":{"c":{}}}}})",
                           R"({"tables":{"T":{"columns":{"c":{"type":"colour"}}}}})",
                           R"({"tables":{"T":{"columns":{"c":{"type":{"min":0}}}}}})"}) {
    EXPECT_EQ(parse_schema(boost::json::parse(text)).error().code, Errc::kProtocol) << text;
  }
}

}  // namespace
}  // namespace weft::ovsdb
