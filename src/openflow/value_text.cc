#include "openflow/value_text.h"

#include <fmt/format.h>

#include <bit>

namespace weft::openflow {
namespace {

enum class Kind { kDecimal, kHex, kPort, kMac, kIpv4, kIpv6 };

Kind kind_of(Field field) {
  switch (field) {
    case Field::kInPort:
      return Kind::kPort;
    case Field::kTunIpv4Src:
    case Field::kTunIpv4Dst:
    case Field::kCtIpv4Src:
    case Field::kCtIpv4Dst:
    case Field::kIpv4Src:
    case Field::kIpv4Dst:
    case Field::kArpSpa:
    case Field::kArpTpa:
      return Kind::kIpv4;
    case Field::kEthDst:
    case Field::kEthSrc:
    case Field::kNdSll:
    case Field::kNdTll:
    case Field::kArpSha:
    case Field::kArpTha:
      return Kind::kMac;
    case Field::kTunIpv6Src:
    case Field::kTunIpv6Dst:
    case Field::kCtIpv6Src:
    case Field::kCtIpv6Dst:
    case Field::kIpv6Src:
    case Field::kIpv6Dst:
    case Field::kNdTarget:
      return Kind::kIpv6;
    case Field::kMetadata:
    case Field::kTunId:
    case Field::kPktMark:
    case Field::kCtState:
    case Field::kCtMark:
    case Field::kCtLabel:
    case Field::kVlanTci:
    case Field::kEthType:
    case Field::kNdReserved:
    case Field::kTcpFlags:
      return Kind::kHex;
    default:
      return field >= Field::kReg0 && field <= Field::kReg15 ? Kind::kHex : Kind::kDecimal;
  }
}

std::string ipv6(const Bits& value) {
  std::array<std::uint8_t, 16> bytes;
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<std::uint8_t>(value.hi >> (56 - 8 * i));
    bytes[i + 8] = static_cast<std::uint8_t>(value.lo >> (56 - 8 * i));
  }
  return IpAddress::v6(bytes).to_string();
}

/// The prefix length of a mask that is one, or -1.
int prefix_length(const Bits& mask, int width) {
  int length = std::popcount(mask.hi) + std::popcount(mask.lo);
  return mask == (~Bits::ones(width - length) & Bits::ones(width)) ? length : -1;
}

}  // namespace

std::string hex_text(const Bits& value) {
  if (value.is_zero()) return "0";
  if (value.hi == 0) return fmt::format("{:#x}", value.lo);
  return fmt::format("{:#x}{:016x}", value.hi, value.lo);
}

std::string port_text(std::uint32_t port) {
  switch (port) {
    case kPortInPort:
      return "IN_PORT";
    case kPortNormal:
      return "NORMAL";
    case kPortController:
      return "CONTROLLER";
    case kPortLocal:
      return "LOCAL";
    default:
      return std::to_string(port);
  }
}

std::string value_text(Field field, const Bits& value) {
  switch (kind_of(field)) {
    case Kind::kDecimal:
      return std::to_string(value.lo);
    case Kind::kHex:
      return hex_text(value);
    case Kind::kPort:
      return port_text(static_cast<std::uint32_t>(value.lo));
    case Kind::kMac:
      return MacAddress::from_u64(value.lo).to_string();
    case Kind::kIpv4:
      return IpAddress::v4(static_cast<std::uint32_t>(value.lo)).to_string();
    case Kind::kIpv6:
      return ipv6(value);
  }
  return hex_text(value);
}

std::string masked_text(Field field, const Bits& value, const Bits& mask) {
  int width = info(field).width;
  if (mask == Bits::ones(width)) return value_text(field, value);
  Kind kind = kind_of(field);
  if (kind == Kind::kIpv4 || kind == Kind::kIpv6) {
    int length = prefix_length(mask, width);
    std::string after = length < 0 ? value_text(field, mask) : std::to_string(length);
    return value_text(field, value) + "/" + after;
  }
  if (kind == Kind::kDecimal) return fmt::format("{:#x}/{:#x}", value.lo, mask.lo);
  return value_text(field, value) + "/" + value_text(field, mask);
}

std::string target_text(Field field, const Bits& value, const Bits& mask) {
  bool partial = mask != Bits::ones(info(field).width);
  if (partial && kind_of(field) == Kind::kDecimal) return fmt::format("{}/{:#x}", value.lo, mask.lo);
  return masked_text(field, value, mask);
}

}  // namespace weft::openflow
