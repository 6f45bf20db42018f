#pragma once
// Where the parts of a DHCPv4 message are (RFC 2131, 2): for its parser and its builder only.

#include <cstddef>
#include <cstdint>

namespace weft::net::dhcp4_layout {

inline constexpr std::size_t kServerNameAt = 44, kServerNameSize = 64;
inline constexpr std::size_t kFileAt = 108, kFileSize = 128;
inline constexpr std::size_t kFixedSize = 236;    ///< then the cookie, then the options
inline constexpr std::size_t kMinimumSize = 300;  ///< BOOTP's: smaller ones are dropped by old clients
inline constexpr std::uint32_t kMagicCookie = 0x63825363;
inline constexpr std::uint16_t kBroadcastFlag = 0x8000;
inline constexpr std::uint8_t kBootRequest = 1, kBootReply = 2;
inline constexpr std::uint8_t kPad = 0, kEnd = 255;

}  // namespace weft::net::dhcp4_layout
