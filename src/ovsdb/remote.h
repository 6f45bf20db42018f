#pragma once
// Addresses of ovsdb-servers as operators write them (ovsdb(7), "Active Database Connection Methods").

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace weft::ovsdb {

struct Remote {
  enum class Kind { kUnix, kTcp, kSsl };
  Kind kind = Kind::kUnix;
  std::string host;  ///< the socket's path for kUnix, else an IP address without brackets
  std::uint16_t port = 0;
  bool operator==(const Remote&) const = default;
};

/// Reads "unix:PATH", "tcp:IP:PORT" or "ssl:IP:PORT", IPv6 in brackets. Errors: kInvalid.
Result<Remote> parse_remote(std::string_view text);

}  // namespace weft::ovsdb
