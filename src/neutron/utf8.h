#pragma once

#include <string_view>

namespace weft::neutron {

/// Is this well-formed UTF-8 (RFC 3629)? Bodies are checked by the JSON parser; paths and queries may be any
/// bytes.
bool is_utf8(std::string_view text);

}  // namespace weft::neutron
