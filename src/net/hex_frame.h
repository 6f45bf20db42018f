#pragma once
// Frames in tests, as hexadecimal text.

#include <string>
#include <string_view>

#include "net/packet.h"

namespace weft::net {

inline Frame frame_from_hex(std::string_view text) {
  Frame out;
  for (std::size_t at = 0; at + 1 < text.size(); at += 2)
    out.push_back(static_cast<std::uint8_t>(std::stoi(std::string(text.substr(at, 2)), nullptr, 16)));
  return out;
}

}  // namespace weft::net
