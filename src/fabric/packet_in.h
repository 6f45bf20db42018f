#pragma once
// Why a flow sends a packet to the agent: the first byte of the packet-in's userdata. The packet's metadata
// holds the registers (registers.h) and in_port.

#include <cstdint>

namespace weft::fabric {

enum class PacketInKind : std::uint8_t {
  kDhcp = 1,   ///< a DHCPv4 request of a local port
  kDrop = 2,   ///< a sample of what is dropped: the registers `drop_reason` and `out_port` tell why and where
  kDhcp6 = 3,  ///< a DHCPv6 request of a local port
  kRouterSolicitation = 4,  ///< of a local port
  /// The start of a local port's IP packet that is larger than its network's MTU: dropped already. Packets to
  /// groups and to broadcast, which get no answer, are among them.
  kTooBig = 5,
};

/// Samples of drops go through this meter, which must exist before the flows that name it.
inline constexpr std::uint32_t kDropMeter = 1;
inline constexpr std::uint32_t kDropSamplesPerSecond = 100;
/// Bytes of a dropped packet that are sent up: headers, also those of a packet inside.
inline constexpr std::uint16_t kDropSampleBytes = 256;

/// What one local port may send up to have it answered (DHCP, router solicitations) passes one meter, the
/// packets whose size is answered another: no port delays another's lease. What a meter keeps back is dropped
/// and counted there. (The flows can't count packets that are too big: Open vSwitch adds all packets whose
/// size it looks at to what either answer leads to.) meters.h reads both.
constexpr std::uint32_t request_meter(std::uint32_t ofport) {
  return 0x10000 + ofport;
}
constexpr std::uint32_t too_big_meter(std::uint32_t ofport) {
  return 0x20000 + ofport;
}
inline constexpr std::uint32_t kRequestsPerSecond = 20;
inline constexpr std::uint32_t kTooBigAnswersPerSecond = 20;
/// Bytes of a packet that is too big that are sent up: what ICMPv6 quotes, and some.
inline constexpr std::uint16_t kTooBigBytes = 1300;

}  // namespace weft::fabric
