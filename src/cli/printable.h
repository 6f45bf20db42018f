#pragma once
// What others wrote (names, ids of devices, failures), for terminals: whoever may name a port must not be
// able to move an operator's cursor, hide text or begin a line.

#include <string>
#include <string_view>

namespace weft::cli {

/// Does it show as what it is: UTF-8 without control characters (C0, DEL, C1), line separators, and
/// characters that take no room or turn the direction of writing?
bool is_printable(std::string_view text);

/// The text with what is not printable written out: "\x1b", "\n", "\u202e". Applied twice it changes nothing
/// more.
std::string printable(std::string_view text);

/// The same for serialized JSON, which stays the same JSON.
std::string printable_json(std::string_view json);

}  // namespace weft::cli
