#include "neutron/utf8.h"

#include <algorithm>

namespace weft::neutron {
namespace {

/// The length that a sequence's first byte promises; 0 for bytes that start none.
std::size_t promised_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;  // a continuation, or longer than needed
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

/// Refuses what the first byte alone does not show: overlong forms, surrogates, numbers past U+10FFFF.
bool is_sound(std::string_view sequence) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
  auto is_continuation = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
  if (!std::all_of(sequence.begin() + 1, sequence.end(), is_continuation)) return false;
  if (byte(0) == 0xe0) return byte(1) >= 0xa0;
  if (byte(0) == 0xed) return byte(1) < 0xa0;
  if (byte(0) == 0xf0) return byte(1) >= 0x90;
  if (byte(0) == 0xf4) return byte(1) < 0x90;
  return true;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    auto length = promised_length(static_cast<unsigned char>(text.front()));
    if (length == 0 || length > text.size() || !is_sound(text.substr(0, length))) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace weft::neutron
