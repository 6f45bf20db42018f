#pragma once
// Numbers inside messages (OpenFlow 1.4, 7.1 to 7.3; Open vSwitch's NXT messages). Internal to the message
// codec.

#include <cstdint>

namespace weft::openflow {

enum class NxMessage : std::uint32_t { kSetPacketInFormat = 16, kFlushZone = 29, kPacketIn2 = 30 };
inline constexpr std::uint32_t kPacketIn2Format = 2;

/// Properties of NXT_PACKET_IN2.
enum class PacketInProperty : std::uint16_t {
  kPacket = 0,
  kFullLength = 1,
  kTable = 3,
  kCookie = 4,
  kMetadata = 6,
  kUserdata = 7
};

enum class MeterCommand : std::uint16_t { kAdd = 0, kModify = 1, kDelete = 2 };
inline constexpr std::uint16_t kMeterPacketsPerSecond = 2;
inline constexpr std::uint16_t kMeterBurst = 4;
inline constexpr std::uint16_t kMeterBandDrop = 1;

inline constexpr std::uint16_t kHelloVersionBitmap = 1;
inline constexpr std::uint16_t kMultipartFlow = 1;
inline constexpr std::uint16_t kMultipartMeter = 9;
inline constexpr std::uint16_t kMultipartMeterConfig = 10;
inline constexpr std::uint16_t kMultipartMore = 1;
inline constexpr std::uint16_t kApplyActions = 4;
inline constexpr std::uint16_t kAtomicAndOrdered = 1 | 2;
inline constexpr std::uint32_t kNoBuffer = 0xffffffff;
inline constexpr std::uint32_t kAny = 0xffffffff;

}  // namespace weft::openflow
