#pragma once
// Tables for terminals, pipes and programs: the same rows as boxes, as plain ASCII or as JSON.

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cli/printable.h"

namespace weft::cli {

enum class Tone { kPlain, kGood, kBad, kFaint };

/// How the reader's terminal wants it.
struct Theme {
  bool unicode = false;
  bool colour = false;
};

/// One value: what a program reads and, written out where it would not show, what a person reads.
struct Cell {
  boost::json::value value;
  std::string text;
  Tone tone = Tone::kPlain;

  Cell(std::string_view shown, Tone t = Tone::kPlain) : value(shown), text(printable(shown)), tone(t) {}
  Cell(const std::string& shown, Tone t = Tone::kPlain) : Cell(std::string_view(shown), t) {}
  Cell(const char* shown, Tone t = Tone::kPlain) : Cell(std::string_view(shown), t) {}
  Cell(boost::json::value v, std::string_view shown, Tone t = Tone::kPlain)
      : value(std::move(v)), text(printable(shown)), tone(t) {}
  explicit Cell(std::int64_t number) : value(number), text(std::to_string(number)) {}
  /// A list: in a table the items are separated by commas.
  explicit Cell(const std::vector<std::string>& items);
};

struct Column {
  std::string key;    ///< in JSON
  std::string title;  ///< in a table
  bool right = false;
};

struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;
};

/// `text`, written out where it would not show, in the tone's colour.
std::string painted(std::string_view text, Tone tone, const Theme& theme);

/// One line per row, with a head.
std::string render_rows(const Table& table, const Theme& theme);
/// One line per column of the first row: "Field | Value".
std::string render_record(const Table& table, const Theme& theme);

/// A list of objects with the columns' keys.
boost::json::value rows_json(const Table& table);
/// The first row as one object.
boost::json::value record_json(const Table& table);

/// JSON for people too: two spaces per level, one member per line, an end of line at the end.
std::string pretty(const boost::json::value& value);

}  // namespace weft::cli
