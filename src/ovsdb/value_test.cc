#include "ovsdb/value.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace weft::ovsdb {
namespace {

constexpr const char* kId = "550e8400-e29b-41d4-a716-446655440000";

Datum read(const std::string& text) {
  auto datum = datum_from_json(boost::json::parse(text));
  EXPECT_TRUE(datum) << text << ": " << (datum ? "" : datum.error().message);
  return datum ? *datum : Datum();
}

std::string error_of(const std::string& text) {
  auto datum = datum_from_json(boost::json::parse(text));
  EXPECT_FALSE(datum) << text;
  if (datum) return {};
  EXPECT_EQ(datum.error().code, Errc::kProtocol);
  return datum.error().message;
}

TEST(Datum, EscapesText) {
  std::string written;
  append_json(written, std::string_view("a\"b\\\n\x01\xc3\xa9", 8));
  EXPECT_EQ(written, "\"a\\u0022b\\u005c\\u000a\\u0001\xc3\xa9\"");
}

TEST(Datum, SurvivesJson) {
  for (std::string text :
       {R"("x")", "1", "true", "1.5E0", R"(["uuid","550e8400-e29b-41d4-a716-446655440000"])", R"(["set",[]])",
        R"(["set",[1,2,3]])", R"(["set",["a","b"]])", R"(["map",[]])", R"(["map",[["a","1"],["b","2"]]])"}) {
    EXPECT_EQ(boost::json::serialize(to_json(read(text))), text);
    std::string written;
    append_json(written, read(text));
    EXPECT_EQ(boost::json::parse(written), boost::json::parse(text));
  }
}

TEST(Datum, TreatsASetOfOneAsAScalar) {
  EXPECT_EQ(read(R"(["set",["a"]])"), Datum("a"));
}

TEST(Datum, SortsSetsAndMaps) {
  EXPECT_EQ(read(R"(["set",[3,1,2,1]])").integers(), (std::vector<std::int64_t>{1, 2, 3}));
  EXPECT_EQ(read(R"(["map",[["b","2"],["a","1"]]])"), Datum::map({{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(Datum::set(std::vector<std::string>{"b", "a", "b"}).strings(),
            (std::vector<std::string>{"a", "b"}));
}

TEST(Datum, ReadsScalarsWithFallbacks) {
  EXPECT_EQ(read("7").integer_or(), 7);
  EXPECT_EQ(read(R"("x")").integer_or(9), 9);
  EXPECT_EQ(Datum().string_or("none"), "none");
  EXPECT_TRUE(read("true").bool_or());
  EXPECT_EQ(read(std::string(R"(["uuid",")") + kId + R"("])").uuid_or().to_string(), kId);
  EXPECT_EQ(read(R"(["set",["a","b"]])").string_or("several"), "several");
  EXPECT_EQ(Datum::optional(std::optional<std::string>("x")), Datum("x"));
  EXPECT_EQ(Datum::optional(std::optional<std::string>()), Datum());
}

TEST(Datum, ReadsCollections) {
  EXPECT_EQ(read(R"(["map",[["a","1"]]])").string_map(), (std::map<std::string, std::string>{{"a", "1"}}));
  EXPECT_TRUE(read(R"(["map",[[1,"1"]]])").string_map().empty());
  EXPECT_TRUE(read(R"(["set",["a"]])").string_map().empty());
  EXPECT_TRUE(read(R"(["map",[["a","1"]]])").strings().empty());
  EXPECT_EQ(read("5").integers(), std::vector<std::int64_t>{5});
}

TEST(Datum, RefusesWhatIsNoValueAndSaysWhere) {
  EXPECT_EQ(error_of("null"), "not an atom");
  EXPECT_EQ(error_of("{}"), "not an atom");
  EXPECT_EQ(error_of("18446744073709551615"), "not an atom");
  EXPECT_EQ(error_of(R"(["uuid","x"])"), "not a UUID");
  EXPECT_EQ(error_of(R"(["named-uuid","x"])"), "not an atom");
  EXPECT_EQ(error_of(R"(["set",7])"), "set: not an array");
  EXPECT_EQ(error_of(R"(["set",[1,["set",[]]]])"), "set[1]: not an atom");
  EXPECT_EQ(error_of(R"(["map",[["a","b"],["a"]]])"), "map[1]: not a pair");
  EXPECT_EQ(error_of(R"(["map",[["a",null]]])"), "map[0].value: not an atom");
}

}  // namespace
}  // namespace weft::ovsdb
