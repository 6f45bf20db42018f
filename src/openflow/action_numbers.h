#pragma once
// Numbers of actions (OpenFlow 1.4, 7.2.5; Open vSwitch's ovs-actions(7)). Internal to the action codec.

#include <cstdint>

namespace weft::openflow {

inline constexpr std::uint32_t kNicira = 0x00002320;
inline constexpr std::uint16_t kExperimenterAction = 0xffff;

enum class Standard : std::uint16_t {
  kOutput = 0,
  kPushVlan = 17,
  kPopVlan = 18,
  kGroup = 22,
  kDecTtl = 24,
  kSetField = 25,
};

enum class Nx : std::uint16_t {
  kRegMove = 6,
  kRegLoad = 7,
  kResubmitTable = 14,
  kOutputReg = 15,
  kLearn = 16,
  kDecTtl = 18,
  kController = 20,
  kRegLoad2 = 33,
  kConjunction = 34,
  kConnTrack = 35,
  kController2 = 37,
  kCtClear = 43,
  kLearn2 = 45,
  kCheckPktLarger = 49,
};

/// Properties of NXAST_CONTROLLER2.
enum class ControllerProperty : std::uint16_t {
  kMaxLength = 0,
  kId = 1,
  kReason = 2,
  kUserdata = 3,
  kPause = 4,
  kMeter = 5
};

/// Parts of a learn action: a header of what becomes of the value, where it is from, and how many bits.
enum class LearnTarget : std::uint16_t { kMatch = 0, kLoad = 1 << 11 };
inline constexpr std::uint16_t kLearnWritesResult = 1 << 2;  // a flag of the whole
inline constexpr std::uint16_t kLearnTargetMask = 3 << 11;
inline constexpr std::uint16_t kLearnLiteral = 1 << 13;
inline constexpr std::uint16_t kLearnBitsMask = (1 << 11) - 1;

inline constexpr std::uint16_t kCtCommit = 1;
inline constexpr std::uint16_t kCtForce = 2;
inline constexpr std::uint8_t kCtNoRecirculation = 0xff;
inline constexpr std::uint16_t kResubmitInPort = 0xfff8;  ///< keep in_port

}  // namespace weft::openflow
