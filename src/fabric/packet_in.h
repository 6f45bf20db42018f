#pragma once
// Why a flow sends a packet to the agent: the first byte of the packet-in's userdata. The packet's metadata
// holds the registers (registers.h) and in_port.

#include <cstdint>

namespace weft::fabric {

enum class PacketInKind : std::uint8_t {
  kDhcp = 1,  ///< a DHCPv4 request of a local port
  kDrop = 2,  ///< a sample of what is dropped: the registers `drop_reason` and `out_port` tell why and where
};

/// Samples of drops go through this meter, which must exist before the flows that name it.
inline constexpr std::uint32_t kDropMeter = 1;
inline constexpr std::uint32_t kDropSamplesPerSecond = 100;
/// Bytes of a dropped packet that are sent up: headers, also those of a packet inside.
inline constexpr std::uint16_t kDropSampleBytes = 256;

}  // namespace weft::fabric
