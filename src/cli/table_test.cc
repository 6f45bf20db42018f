#include "cli/table.h"

#include <gtest/gtest.h>

namespace weft::cli {
namespace {

Table ports() {
  return {.columns = {{"name", "Name"}, {"count", "Count", true}},
          .rows = {{"web-1", Cell(std::int64_t{7})}, {"caf\u00e9", Cell(std::int64_t{12})}}};
}

TEST(Table, IsPlainAsciiInAPipe) {
  EXPECT_EQ(render_rows(ports(), {}),
            "+-------+-------+\n"
            "| Name  | Count |\n"
            "+-------+-------+\n"
            "| web-1 |     7 |\n"
            "| caf\u00e9  |    12 |\n"
            "+-------+-------+\n");
}

TEST(Table, DrawsBoxesOnATerminal) {
  Table table{.columns = {{"a", "A"}}, .rows = {{"x"}}};
  EXPECT_EQ(render_rows(table, {.unicode = true}), "┌───┐\n│ A │\n├───┤\n│ x │\n└───┘\n");
}

TEST(Table, PaintsOnlyWhereColoursAreWanted) {
  Table table{.columns = {{"status", "Status"}}, .rows = {{Cell("ACTIVE", Tone::kGood)}}};
  EXPECT_EQ(render_rows(table, {}).find('\x1b'), std::string::npos);
  EXPECT_NE(render_rows(table, {.colour = true}).find("\x1b[32mACTIVE\x1b[0m"), std::string::npos);
}

TEST(Table, WritesOutWhatWouldMoveTheCursor) {
  Table table{.columns = {{"name", "Name"}}, .rows = {{"x\x1b[31m\ny"}}};
  EXPECT_EQ(render_rows(table, {}),
            "+--------------+\n"
            "| Name         |\n"
            "+--------------+\n"
            "| x\\x1b[31m\\ny |\n"
            "+--------------+\n");
  EXPECT_EQ(rows_json(table).at(0).at("name"), "x\x1b[31m\ny") << "programs get it as it is";
  EXPECT_EQ(pretty({"\u009b"}), "[\n  \"\\u009b\"\n]\n");
}

TEST(Table, HasAHeadWithoutRows) {
  Table table{.columns = {{"a", "A"}}, .rows = {}};
  EXPECT_EQ(render_rows(table, {}), "+---+\n| A |\n+---+\n+---+\n");
}

TEST(Table, RecordHasALinePerField) {
  EXPECT_EQ(render_record(ports(), {}),
            "+-------+-------+\n"
            "| Field | Value |\n"
            "+-------+-------+\n"
            "| Name  | web-1 |\n"
            "| Count | 7     |\n"
            "+-------+-------+\n");
}

TEST(Table, BecomesJsonWithTypes) {
  EXPECT_EQ(pretty(rows_json(ports())),
            "[\n  {\n    \"name\": \"web-1\",\n    \"count\": 7\n  },\n  {\n    \"name\": \"caf\u00e9\",\n   "
            " \"count\": 12\n"
            "  }\n]\n");
  EXPECT_EQ(pretty(record_json(Table{})), "{}\n");
}

TEST(Table, ListsAreListsInJsonAndCommasInText) {
  Cell cell(std::vector<std::string>{"a", "b"});
  EXPECT_EQ(cell.text, "a, b");
  EXPECT_EQ(pretty(cell.value), "[\n  \"a\",\n  \"b\"\n]\n");
}

}  // namespace
}  // namespace weft::cli
