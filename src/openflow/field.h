#pragma once
// The packet and metadata fields that flows match and set: OXM (OpenFlow 1.5, 7.2.3) and NXM (ovs-fields(7))
// in one list.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "net/ip.h"
#include "net/mac.h"

namespace weft::openflow {

enum class Field : std::uint8_t {
  kInPort,
  kReg0,
  kReg1,
  kReg2,
  kReg3,
  kReg4,
  kReg5,
  kReg6,
  kReg7,
  kReg8,
  kReg9,
  kReg10,
  kReg11,
  kReg12,
  kReg13,
  kReg14,
  kReg15,
  kMetadata,
  kTunId,
  kTunIpv4Src,
  kTunIpv4Dst,
  kTunIpv6Src,
  kTunIpv6Dst,
  kPktMark,
  kConjId,
  kCtState,
  kCtZone,
  kCtMark,
  kCtLabel,
  // The tuple of the connection in the direction in which it was opened: there after ct(), while the packet
  // is tracked and not invalid. Ports are those of TCP and UDP, zero in later fragments. A match needs
  // ct_state with +trk-inv (or a state that implies it), and kCtIpProto for ports: the switch loses them
  // without.
  kCtIpProto,
  kCtIpv4Src,
  kCtIpv4Dst,
  kCtIpv6Src,
  kCtIpv6Dst,
  kCtTpSrc,
  kCtTpDst,
  kEthDst,
  kEthSrc,
  kEthType,
  kVlanTci,
  kIpProto,
  kIpFrag,
  kIpTtl,
  kIpDscp,
  kIpv4Src,
  kIpv4Dst,
  kIpv6Src,
  kIpv6Dst,
  kTcpSrc,
  kTcpDst,
  kTcpFlags,
  kUdpSrc,
  kUdpDst,
  kSctpSrc,
  kSctpDst,
  kIcmpType,
  kIcmpCode,
  kIcmpv6Type,
  kIcmpv6Code,
  kNdTarget,
  kNdSll,
  kNdTll,
  kNdReserved,
  kNdOptionsType,
  kArpOp,
  kArpSpa,
  kArpTpa,
  kArpSha,
  kArpTha,
};

inline constexpr std::size_t kFieldCount = static_cast<std::size_t>(Field::kArpTha) + 1;

/// Register number n (0..15).
constexpr Field reg(int n) {
  return static_cast<Field>(static_cast<int>(Field::kReg0) + n);
}

/// A value or mask of up to 128 bits, as a number.
struct Bits {
  std::uint64_t hi = 0;
  std::uint64_t lo = 0;

  constexpr Bits() = default;
  constexpr Bits(std::uint64_t low) : lo(low) {}
  constexpr Bits(std::uint64_t high, std::uint64_t low) : hi(high), lo(low) {}
  Bits(const IpAddress& address);
  Bits(const MacAddress& mac) : lo(mac.to_u64()) {}
  /// A mask of the low `n` bits.
  static constexpr Bits ones(int n) {
    if (n >= 128) return {~0ULL, ~0ULL};
    if (n > 64) return {(1ULL << (n - 64)) - 1, ~0ULL};
    return {0, n == 64 ? ~0ULL : (1ULL << n) - 1};
  }
  constexpr Bits operator&(const Bits& o) const { return {hi & o.hi, lo & o.lo}; }
  constexpr Bits operator|(const Bits& o) const { return {hi | o.hi, lo | o.lo}; }
  constexpr Bits operator~() const { return {~hi, ~lo}; }
  /// Shifts by 0..127 bits.
  constexpr Bits operator<<(int n) const {
    if (n == 0) return *this;
    if (n >= 64) return {lo << (n - 64), 0};
    return {hi << n | lo >> (64 - n), lo << n};
  }
  constexpr bool is_zero() const { return hi == 0 && lo == 0; }
  auto operator<=>(const Bits&) const = default;
};

/// How a field is named, encoded and printed.
struct FieldInfo {
  Field field;
  std::string_view name;  ///< as ovs-ofctl prints it
  int width;              ///< bits
  std::uint32_t oxm;      ///< OXM/NXM header without the mask bit and with the unmasked length
  bool maskable;
  std::string_view set_name;  ///< as ovs-ofctl prints it in set_field
  std::string_view nxm_name;  ///< as ovs-ofctl prints it in move, output and ct(zone=)

  /// Bytes of the value on the wire.
  constexpr int wire_bytes() const { return static_cast<int>(oxm & 0xff); }
};

const FieldInfo& info(Field field);

}  // namespace weft::openflow
