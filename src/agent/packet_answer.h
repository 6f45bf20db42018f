#pragma once
// What the agent makes of a packet that a flow sent up.

#include <string_view>
#include <vector>

#include "fabric/drops.h"
#include "net/packet.h"

namespace weft::agent {

struct PacketAnswer {
  std::string_view outcome;                    ///< the label of weft_agent_packet_ins_total
  std::vector<net::Frame> frames;              ///< go back to the port
  fabric::Drop refusal = fabric::Drop::kNone;  ///< as what it counts when it is refused
};

}  // namespace weft::agent
