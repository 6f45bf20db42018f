// Matches as `ovs-ofctl dump-flows` prints them: same order of fields, same protocol shorthands.
#include <fmt/format.h>

#include <array>
#include <span>
#include <utility>

#include "openflow/value_text.h"

namespace weft::openflow {
namespace {

using Entry = Match::Entry;

struct Shorthand {
  std::uint16_t eth_type;
  int ip_proto;  ///< -1: the ethertype alone
  std::string_view name;
};

constexpr std::array kShorthands{
    Shorthand{0x0800, 1, "icmp"},  Shorthand{0x0800, 2, "igmp"},   Shorthand{0x0800, 6, "tcp"},
    Shorthand{0x0800, 17, "udp"},  Shorthand{0x0800, 132, "sctp"}, Shorthand{0x86dd, 6, "tcp6"},
    Shorthand{0x86dd, 17, "udp6"}, Shorthand{0x86dd, 58, "icmp6"}, Shorthand{0x86dd, 132, "sctp6"},
    Shorthand{0x0800, -1, "ip"},   Shorthand{0x86dd, -1, "ipv6"},  Shorthand{0x0806, -1, "arp"},
    Shorthand{0x8035, -1, "rarp"},
};

const Shorthand* find_shorthand(const Match& match) {
  const Entry* type = match.find(Field::kEthType);
  if (!type) return nullptr;
  const Entry* proto = match.find(Field::kIpProto);
  for (const Shorthand& s : kShorthands) {
    if (type->value.lo != s.eth_type) continue;
    if (s.ip_proto < 0 || (proto && proto->value.lo == static_cast<std::uint64_t>(s.ip_proto))) return &s;
  }
  return nullptr;
}

constexpr std::array<std::string_view, 8> kCtStateBits{"new", "est", "rel",  "rpl",
                                                       "inv", "trk", "snat", "dnat"};
constexpr std::array<std::string_view, 12> kTcpFlagBits{"fin", "syn", "rst", "psh",   "ack",   "urg",
                                                        "ece", "cwr", "ns",  "[200]", "[400]", "[800]"};

/// "+est-inv" for a masked set of flags, "est|trk" for an exact one.
std::string flags_text(std::span<const std::string_view> names, const Entry& e) {
  bool exact = e.mask == Bits::ones(static_cast<int>(names.size()));
  if (exact && e.value.is_zero()) return "0";
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    bool matched = e.mask.lo >> i & 1, wanted = e.value.lo >> i & 1;
    if (!matched || (exact && !wanted)) continue;
    if (!exact) {
      out += wanted ? '+' : '-';
    } else if (!out.empty()) {
      out += '|';
    }
    out += names[i];
  }
  return out;
}

/// The VLAN field is printed as a tag number and priority where it matches exactly those.
std::string vlan_text(const Entry& e) {
  constexpr std::uint64_t kCfi = 0x1000, kVid = 0x0fff, kPcp = 0xe000;
  std::uint64_t vid = e.mask.lo & kVid, pcp = e.mask.lo & kPcp;
  bool tagged = (e.value.lo & kCfi) != 0;
  if (tagged && (vid == 0 || vid == kVid) && (pcp == 0 || pcp == kPcp) && (vid || pcp)) {
    std::string out;
    if (vid) out += fmt::format("dl_vlan={}", e.value.lo & kVid);
    if (pcp) out += fmt::format("{}dl_vlan_pcp={}", out.empty() ? "" : ",", (e.value.lo & kPcp) >> 13);
    return out;
  }
  if (e.mask.lo == 0xffff) return fmt::format("vlan_tci={:#06x}", e.value.lo);
  return fmt::format("vlan_tci={:#06x}/{:#06x}", e.value.lo, e.mask.lo);
}

std::string fragment_text(const Entry& e) {
  constexpr std::uint64_t kAny = 1, kLater = 2;
  bool any = e.value.lo & kAny, later = e.value.lo & kLater;
  if (e.mask.lo == kAny) return any ? "yes" : "no";
  if (e.mask.lo == kLater) return later ? "later" : "not_later";
  if (any) return later ? "later" : "first";
  return "no";
}

std::string entry_text(Field field, const Entry& e) {
  std::string name(info(field).name);
  switch (field) {
    case Field::kCtState:
      return name + "=" + flags_text(kCtStateBits, e);
    case Field::kTcpFlags:
      return name + "=" + flags_text(kTcpFlagBits, e);
    case Field::kVlanTci:
      return vlan_text(e);
    case Field::kIpFrag:
      return name + "=" + fragment_text(e);
    case Field::kIpDscp:
      return fmt::format("{}={}", name, e.value.lo << 2);
    case Field::kEthType:
      return fmt::format("{}={:#06x}", name, e.value.lo);
    case Field::kNdReserved:
      return fmt::format("{}={}", name, e.value.lo);
    default:
      return name + "=" + masked_text(field, e.value, e.mask);
  }
}

// Fields before the protocol shorthand, and fields after it, in ovs-ofctl's order.
constexpr std::array kBeforeProtocol{
    Field::kPktMark,   Field::kConjId,    Field::kCtState,   Field::kCtZone,    Field::kCtMark,
    Field::kCtLabel,   Field::kCtIpv4Src, Field::kCtIpv4Dst, Field::kCtIpv6Src, Field::kCtIpv6Dst,
    Field::kCtIpProto, Field::kCtTpSrc,   Field::kCtTpDst};
constexpr std::array kAfterProtocol{
    Field::kReg0,         Field::kReg1,     Field::kReg2,       Field::kReg3,       Field::kReg4,
    Field::kReg5,         Field::kReg6,     Field::kReg7,       Field::kReg8,       Field::kReg9,
    Field::kReg10,        Field::kReg11,    Field::kReg12,      Field::kReg13,      Field::kReg14,
    Field::kReg15,        Field::kTunId,    Field::kTunIpv4Src, Field::kTunIpv4Dst, Field::kTunIpv6Src,
    Field::kTunIpv6Dst,   Field::kMetadata, Field::kInPort,     Field::kVlanTci,    Field::kEthSrc,
    Field::kEthDst,       Field::kEthType,  Field::kIpv4Src,    Field::kIpv4Dst,    Field::kIpv6Src,
    Field::kIpv6Dst,      Field::kArpSpa,   Field::kArpTpa,     Field::kIpProto,    Field::kArpOp,
    Field::kArpSha,       Field::kArpTha,   Field::kIpDscp,     Field::kIpTtl,      Field::kIpFrag,
    Field::kTcpSrc,       Field::kUdpSrc,   Field::kSctpSrc,    Field::kTcpDst,     Field::kUdpDst,
    Field::kSctpDst,      Field::kTcpFlags, Field::kIcmpType,   Field::kIcmpCode,   Field::kIcmpv6Type,
    Field::kIcmpv6Code,   Field::kNdTarget, Field::kNdSll,      Field::kNdTll,      Field::kNdReserved,
    Field::kNdOptionsType};
static_assert(kBeforeProtocol.size() + kAfterProtocol.size() == kFieldCount);

}  // namespace

std::string to_text(const Match& match) {
  const Shorthand* shorthand = find_shorthand(match);
  std::string out;
  auto add = [&](std::string_view text) {
    if (!out.empty()) out += ',';
    out += text;
  };
  for (Field field : kBeforeProtocol) {
    if (const Entry* e = match.find(field)) add(entry_text(field, *e));
  }
  if (shorthand) add(shorthand->name);
  for (Field field : kAfterProtocol) {
    if (shorthand && field == Field::kEthType) continue;
    if (shorthand && shorthand->ip_proto >= 0 && field == Field::kIpProto) continue;
    if (const Entry* e = match.find(field)) add(entry_text(field, *e));
  }
  return out;
}

}  // namespace weft::openflow
