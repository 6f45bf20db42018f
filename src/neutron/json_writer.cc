#include "neutron/json_writer.h"

#include <algorithm>

namespace weft::neutron {
namespace {

bool needs_escape(char c) {
  return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
}

void append_escaped(std::string& text, char c) {
  static constexpr char kDigits[] = "0123456789abcdef";
  switch (c) {
    case '"':
      text += "\\\"";
      return;
    case '\\':
      text += "\\\\";
      return;
    case '\n':
      text += "\\n";
      return;
    case '\t':
      text += "\\t";
      return;
    default:
      text += "\\u00";
      text += kDigits[(c >> 4) & 15];
      text += kDigits[c & 15];
  }
}

}  // namespace

void JsonWriter::append_quoted(std::string_view value) {
  text_ += '"';
  if (std::none_of(value.begin(), value.end(), needs_escape)) {
    text_ += value;
  } else {
    for (char c : value) {
      if (needs_escape(c)) {
        append_escaped(text_, c);
      } else {
        text_ += c;
      }
    }
  }
  text_ += '"';
}

}  // namespace weft::neutron
