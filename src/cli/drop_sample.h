#pragma once
// A dropped packet as a node's agent streams it (src/agent/drop_sample.h), read again.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/uuid.h"
#include "fabric/drops.h"
#include "net/headers.h"

namespace weft::cli {

struct DropSample {
  std::int64_t time = 0;  ///< microseconds since the epoch, by the node's clock
  std::string node;
  const fabric::DropInfo* reason = nullptr;
  std::optional<Uuid> network, sender, receiver;
  std::string interface;  ///< it came from
  std::string failure;    ///< why that interface carries no port
  bool reply = false;     ///< goes against the direction in which its connection was opened
  bool related = false;   ///< an error about a connection
  net::Headers headers;
};

/// One line of the stream: a sample, or how many the follower lost.
struct DropLine {
  std::optional<DropSample> sample;
  std::uint64_t lost = 0;
};

/// Errors: kProtocol.
Result<DropLine> parse_drop_line(std::string_view line);

}  // namespace weft::cli
