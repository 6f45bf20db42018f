#pragma once
// The meters that flows name, and what they keep back. Each local port has two of its own: one for what it
// sends up to have it answered (DHCP, router solicitations), one for packets whose size is answered. So no
// port delays another's lease.

#include <optional>

#include "fabric/drops.h"
#include "openflow/messages.h"

namespace weft::fabric {

/// How much passes the meter of a number (packet_in.h).
openflow::Meter meter_of(std::uint32_t id);

/// Is it the number of a meter that flows may name?
bool is_meter_of_flows(std::uint32_t id);

/// The number of the meter that a flow's packets pass.
std::optional<std::uint32_t> meter_named_by(const std::vector<openflow::Action>& actions);

/// Drops that no flow counts.
struct MeteredDrop {
  std::uint32_t ofport = 0;  ///< the port that sent them
  Drop reason = Drop::kNone;
  std::uint64_t packets = 0;
};
/// What a port's meter tells: requests beyond its rate, or all packets that were too big, whether they were
/// answered or not. Nothing for a meter of no port.
std::optional<MeteredDrop> drops_of(const openflow::MeterStats& stats);

}  // namespace weft::fabric
