#include "neutron/json_writer.h"

namespace weft::neutron {
namespace {

bool needs_escape(char c) {
  return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
}

std::string escaped(std::string_view value) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (char c : value) {
    if (!needs_escape(c)) {
      text += c;
    } else if (c == '"' || c == '\\') {
      text += {'\\', c};
    } else if (c == '\n') {
      text += "\\n";
    } else if (c == '\t') {
      text += "\\t";
    } else {
      text += {'\\', 'u', '0', '0', kDigits[(c >> 4) & 15], kDigits[c & 15]};
    }
  }
  return text;
}

}  // namespace

JsonWriter& JsonWriter::string(std::string_view value) {
  if (std::none_of(value.begin(), value.end(), needs_escape)) return plain(value);
  return plain(escaped(value));
}

}  // namespace weft::neutron
