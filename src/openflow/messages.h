#pragma once
// What travels between controller and switch, as values.

#include <cstdint>
#include <vector>

#include "openflow/flow.h"

namespace weft::openflow {

/// A packet that a flow sent up, with what the pipeline knew of it.
struct PacketIn {
  std::uint8_t table = 0;
  std::uint64_t cookie = 0;
  Match metadata;                      ///< in_port, registers, tun_id, ct fields; what is zero is left out
  std::vector<std::uint8_t> userdata;  ///< as the flow's Controller action gave it
  std::vector<std::uint8_t> frame;     ///< Ethernet frame, perhaps cut at the Controller action's max_length
  std::uint32_t full_length = 0;       ///< of the frame before that, bytes
};

struct FlowMod {
  enum class Command { kAdd, kModifyStrict, kDeleteStrict, kDelete };
  /// kAdd replaces a flow of the same key. kDelete removes all flows of the table (0xff: of every table) that
  /// match at least what `flow` matches and whose cookie equals `flow`'s in the bits of `cookie_mask`.
  Command command = Command::kAdd;
  Flow flow;
  std::uint64_t cookie_mask = 0;  ///< for kDelete only; 0: whatever the cookie
};

/// Limits packets: what comes faster is dropped.
struct Meter {
  std::uint32_t id = 0;  ///< from 1
  std::uint32_t packets_per_second = 0;
  std::uint32_t burst = 0;  ///< packets that may come at once
  auto operator<=>(const Meter&) const = default;
};

/// What a meter saw since it was made.
struct MeterStats {
  std::uint32_t id = 0;
  std::uint64_t packets = 0;  ///< that came to it
  std::uint64_t dropped = 0;  ///< of these, those that it kept back
  auto operator<=>(const MeterStats&) const = default;
};

/// A flow as the switch has it.
struct FlowStats {
  Flow flow;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
};

}  // namespace weft::openflow
