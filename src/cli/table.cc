#include "cli/table.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace weft::cli {
namespace {

namespace json = boost::json;

struct Box {
  std::string_view horizontal, vertical;
  std::string_view top_left, top, top_right;
  std::string_view left, cross, right;
  std::string_view bottom_left, bottom, bottom_right;
};
constexpr Box kAscii{"-", "|", "+", "+", "+", "+", "+", "+", "+", "+", "+"};
constexpr Box kUnicode{"─", "│", "┌", "┬", "┐", "├", "┼", "┤", "└", "┴", "┘"};

/// Characters, not bytes: UTF-8 continuation bytes take no room.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::vector<std::size_t> widths_of(const Table& table) {
  std::vector<std::size_t> widths;
  for (const auto& column : table.columns) widths.push_back(width_of(column.title));
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i].text));
  }
  return widths;
}

class Drawing {
 public:
  Drawing(const Table& table, const Theme& theme)
      : box_(theme.unicode ? kUnicode : kAscii), theme_(theme), table_(table), widths_(widths_of(table)) {}

  std::string draw() {
    rule(box_.top_left, box_.top, box_.top_right);
    begin();
    for (std::size_t i = 0; i < table_.columns.size(); ++i) cell(i, table_.columns[i].title, Tone::kPlain);
    end();
    rule(box_.left, box_.cross, box_.right);
    for (const auto& row : table_.rows) {
      begin();
      for (std::size_t i = 0; i < row.size(); ++i) cell(i, row[i].text, row[i].tone);
      end();
    }
    rule(box_.bottom_left, box_.bottom, box_.bottom_right);
    return std::move(out_);
  }

 private:
  void rule(std::string_view left, std::string_view middle, std::string_view right) {
    out_ += left;
    for (std::size_t i = 0; i < widths_.size(); ++i) {
      if (i > 0) out_ += middle;
      for (std::size_t n = 0; n < widths_[i] + 2; ++n) out_ += box_.horizontal;
    }
    out_ += right;
    out_ += '\n';
  }
  void begin() { out_ += box_.vertical; }
  void end() { out_ += '\n'; }
  void cell(std::size_t column, std::string_view text, Tone tone) {
    std::string room(widths_[column] - width_of(text), ' ');
    out_ += ' ';
    if (table_.columns[column].right) out_ += room;
    out_ += painted(text, tone, theme_);
    if (!table_.columns[column].right) out_ += room;
    out_ += ' ';
    out_ += box_.vertical;
  }

  const Box& box_;
  const Theme& theme_;
  const Table& table_;
  std::vector<std::size_t> widths_;
  std::string out_;
};

json::object object_of(const Table& table, const std::vector<Cell>& row) {
  json::object object;
  for (std::size_t i = 0; i < row.size(); ++i) object[table.columns[i].key] = row[i].value;
  return object;
}

void indent(std::string& out, std::size_t depth) {
  out.append(depth * 2, ' ');
}

void write(std::string& out, const json::value& value, std::size_t depth);

void write_members(std::string& out, const json::object& object, std::size_t depth) {
  bool first = true;
  for (const auto& [key, member] : object) {
    out += first ? "\n" : ",\n";
    first = false;
    indent(out, depth);
    out += json::serialize(json::value(key)) + ": ";
    write(out, member, depth);
  }
}

void write_items(std::string& out, const json::array& array, std::size_t depth) {
  bool first = true;
  for (const auto& item : array) {
    out += first ? "\n" : ",\n";
    first = false;
    indent(out, depth);
    write(out, item, depth);
  }
}

void write(std::string& out, const json::value& value, std::size_t depth) {
  const auto* object = value.if_object();
  const auto* array = value.if_array();
  bool empty = (object == nullptr || object->empty()) && (array == nullptr || array->empty());
  if (empty) {
    out += json::serialize(value);
    return;
  }
  out += object != nullptr ? '{' : '[';
  object != nullptr ? write_members(out, *object, depth + 1) : write_items(out, *array, depth + 1);
  out += '\n';
  indent(out, depth);
  out += object != nullptr ? '}' : ']';
}

}  // namespace

Cell::Cell(const std::vector<std::string>& items) {
  json::array list;
  for (const auto& item : items) {
    list.emplace_back(item);
    text += (text.empty() ? "" : ", ") + printable(item);
  }
  value = std::move(list);
}

std::string painted(std::string_view text, Tone tone, const Theme& theme) {
  if (!theme.colour || tone == Tone::kPlain) return printable(text);
  std::string_view code = tone == Tone::kGood ? "\x1b[32m" : tone == Tone::kBad ? "\x1b[31m" : "\x1b[2m";
  return std::string(code) + printable(text) + "\x1b[0m";
}

std::string render_rows(const Table& table, const Theme& theme) {
  return Drawing(table, theme).draw();
}

std::string render_record(const Table& table, const Theme& theme) {
  Table record{.columns = {{"field", "Field"}, {"value", "Value"}}, .rows = {}};
  if (table.rows.empty()) return {};
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    record.rows.push_back({Cell(table.columns[i].title), table.rows.front()[i]});
  }
  return Drawing(record, theme).draw();
}

json::value rows_json(const Table& table) {
  json::array list;
  for (const auto& row : table.rows) list.push_back(object_of(table, row));
  return list;
}

json::value record_json(const Table& table) {
  if (table.rows.empty()) return json::object{};
  return object_of(table, table.rows.front());
}

std::string pretty(const json::value& value) {
  std::string out;
  write(out, value, 0);
  return printable_json(out + "\n");
}

}  // namespace weft::cli
