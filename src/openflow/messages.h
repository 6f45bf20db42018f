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
  Match metadata;                      ///< in_port, registers, tun_id, ct fields
  std::vector<std::uint8_t> userdata;  ///< as the flow's Controller action gave it
  std::vector<std::uint8_t> frame;     ///< Ethernet frame
};

struct FlowMod {
  enum class Command { kAdd, kModifyStrict, kDeleteStrict };
  Command command = Command::kAdd;  ///< kAdd replaces a flow of the same key
  Flow flow;
};

/// A flow as the switch has it.
struct FlowStats {
  Flow flow;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
};

}  // namespace weft::openflow
