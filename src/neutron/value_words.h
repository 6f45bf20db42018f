#pragma once
// What validators have in common: a value's text, and refusals in Neutron's words.

#include <algorithm>
#include <string>

#include "neutron/validators.h"

namespace weft::neutron {

/// The text of a string value, which must be one.
inline std::string_view text_of(const json::value& value) {
  const auto& text = value.as_string();
  return {text.data(), text.size()};
}

inline std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return result;
}

/// A text of at most `most` bytes without NUL, or the refusal.
Result<json::value> text_up_to(const json::value& value, std::size_t most);

/// "'VALUE' WHY"
inline tl::unexpected<Error> refuse(const json::value& value, std::string_view why) {
  return fail(Errc::kInvalid, "'" + shown(value) + "' " + std::string(why));
}

}  // namespace weft::neutron
