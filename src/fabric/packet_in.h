#pragma once
// Why a flow sends a packet to the agent: the first byte of the packet-in's userdata. The packet's metadata
// holds the registers (registers.h) and in_port.

#include <cstdint>

namespace weft::fabric {

enum class PacketInKind : std::uint8_t {
  kDhcp = 1,  ///< a DHCPv4 request of a local port
};

}  // namespace weft::fabric
