#include "cli/printable.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace weft::cli {
namespace {

/// A character, or a byte that is none.
struct Glyph {
  std::string_view bytes;
  std::uint32_t code = 0;
  bool valid = true;
};

struct Form {
  std::uint8_t mask, lead;
  std::size_t length;
  std::uint32_t lowest;  ///< below it a shorter form exists
};
constexpr std::array kForms = {Form{0x80, 0x00, 1, 0}, Form{0xe0, 0xc0, 2, 0x80}, Form{0xf0, 0xe0, 3, 0x800},
                               Form{0xf8, 0xf0, 4, 0x10000}};

bool is_character(std::uint32_t code) {
  return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

/// The first character of a text that is not empty (RFC 3629).
Glyph first_of(std::string_view text) {
  const Glyph broken{text.substr(0, 1), static_cast<std::uint8_t>(text.front()), false};
  const auto form =
      std::ranges::find_if(kForms, [&](const Form& f) { return (broken.code & f.mask) == f.lead; });
  if (form == kForms.end() || text.size() < form->length) return broken;
  std::uint32_t code = broken.code & static_cast<std::uint8_t>(~form->mask);
  for (char c : text.substr(1, form->length - 1)) {
    const auto byte = static_cast<std::uint8_t>(c);
    if ((byte & 0xc0) != 0x80) return broken;
    code = code << 6 | (byte & 0x3f);
  }
  if (code < form->lowest || !is_character(code)) return broken;
  return {text.substr(0, form->length), code};
}

struct Range {
  std::uint32_t first, last;
};
/// Control characters, the soft hyphen, what turns the direction of writing, what takes no room, separators
/// of lines, tags.
constexpr std::array kHidden = {Range{0x00, 0x1f},     Range{0x7f, 0x9f},      Range{0xad, 0xad},
                                Range{0x61c, 0x61c},   Range{0x180e, 0x180e},  Range{0x200b, 0x200f},
                                Range{0x2028, 0x202e}, Range{0x2060, 0x206f},  Range{0xfeff, 0xfeff},
                                Range{0xfff9, 0xfffb}, Range{0xe0000, 0xe007f}};

bool shows(const Glyph& glyph) {
  return glyph.valid && std::ranges::none_of(kHidden, [&](const Range& range) {
           return range.first <= glyph.code && glyph.code <= range.last;
         });
}

std::string written_out(const Glyph& glyph) {
  switch (glyph.code) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      break;
  }
  if (!glyph.valid || glyph.code < 0x80) return fmt::format("\\x{:02x}", glyph.code);
  return glyph.code > 0xffff ? fmt::format("\\U{:08x}", glyph.code) : fmt::format("\\u{:04x}", glyph.code);
}

/// JSON has UTF-16 units; bytes that are no character become the replacement character.
std::string written_in_json(const Glyph& glyph) {
  if (!glyph.valid) return "\\ufffd";
  if (glyph.code <= 0xffff) return fmt::format("\\u{:04x}", glyph.code);
  const auto rest = glyph.code - 0x10000;
  return fmt::format("\\u{:04x}\\u{:04x}", 0xd800 + (rest >> 10), 0xdc00 + (rest & 0x3ff));
}

template <typename Keep, typename Write>
std::string rewritten(std::string_view text, Keep keep, Write write) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Glyph glyph = first_of(text);
    out += keep(glyph) ? std::string(glyph.bytes) : write(glyph);
    text.remove_prefix(glyph.bytes.size());
  }
  return out;
}

}  // namespace

bool is_printable(std::string_view text) {
  for (; !text.empty(); text.remove_prefix(first_of(text).bytes.size())) {
    if (!shows(first_of(text))) return false;
  }
  return true;
}

std::string printable(std::string_view text) {
  return rewritten(text, shows, written_out);
}

std::string printable_json(std::string_view json) {
  // Outside of strings JSON has line ends; inside, its writer has escaped them.
  auto keep = [](const Glyph& glyph) { return glyph.code == '\n' || shows(glyph); };
  return rewritten(json, keep, written_in_json);
}

}  // namespace weft::cli
