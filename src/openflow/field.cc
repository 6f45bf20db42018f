#include "openflow/field.h"

#include <array>
#include <cstddef>

namespace weft::openflow {
namespace {

// OXM classes (OpenFlow 1.5, 7.2.3.2; ovs-fields(7)).
constexpr std::uint32_t kNxmOf = 0x0000;
constexpr std::uint32_t kNxmNx = 0x0001;
constexpr std::uint32_t kOxmOf = 0x8000;
constexpr std::uint32_t kEricsson = 0x1000;

constexpr std::uint32_t header(std::uint32_t oxm_class, std::uint32_t field, std::uint32_t bytes) {
  return oxm_class << 16 | field << 9 | bytes;
}

constexpr FieldInfo row(Field field, std::string_view name, std::string_view set_name,
                        std::string_view nxm_name, int width, std::uint32_t oxm, bool maskable) {
  return {.field = field,
          .name = name,
          .width = width,
          .oxm = oxm,
          .maskable = maskable,
          .set_name = set_name,
          .nxm_name = nxm_name};
}

constexpr FieldInfo reg_row(int n, std::string_view name, std::string_view nxm_name) {
  return row(reg(n), name, name, nxm_name, 32, header(kNxmNx, static_cast<std::uint32_t>(n), 4), true);
}

constexpr bool kMask = true;
constexpr bool kExact = false;

constexpr std::array kFields{
    row(Field::kInPort, "in_port", "in_port_oxm", "NXM_OF_IN_PORT", 32, header(kOxmOf, 0, 4), kExact),
    reg_row(0, "reg0", "NXM_NX_REG0"),
    reg_row(1, "reg1", "NXM_NX_REG1"),
    reg_row(2, "reg2", "NXM_NX_REG2"),
    reg_row(3, "reg3", "NXM_NX_REG3"),
    reg_row(4, "reg4", "NXM_NX_REG4"),
    reg_row(5, "reg5", "NXM_NX_REG5"),
    reg_row(6, "reg6", "NXM_NX_REG6"),
    reg_row(7, "reg7", "NXM_NX_REG7"),
    reg_row(8, "reg8", "NXM_NX_REG8"),
    reg_row(9, "reg9", "NXM_NX_REG9"),
    reg_row(10, "reg10", "NXM_NX_REG10"),
    reg_row(11, "reg11", "NXM_NX_REG11"),
    reg_row(12, "reg12", "NXM_NX_REG12"),
    reg_row(13, "reg13", "NXM_NX_REG13"),
    reg_row(14, "reg14", "NXM_NX_REG14"),
    reg_row(15, "reg15", "NXM_NX_REG15"),
    row(Field::kMetadata, "metadata", "metadata", "OXM_OF_METADATA", 64, header(kOxmOf, 2, 8), kMask),
    row(Field::kTunId, "tun_id", "tun_id", "NXM_NX_TUN_ID", 64, header(kOxmOf, 38, 8), kMask),
    row(Field::kTunIpv4Src, "tun_src", "tun_src", "NXM_NX_TUN_IPV4_SRC", 32, header(kNxmNx, 31, 4), kMask),
    row(Field::kTunIpv4Dst, "tun_dst", "tun_dst", "NXM_NX_TUN_IPV4_DST", 32, header(kNxmNx, 32, 4), kMask),
    row(Field::kTunIpv6Src, "tun_ipv6_src", "tun_ipv6_src", "NXM_NX_TUN_IPV6_SRC", 128,
        header(kNxmNx, 109, 16), kMask),
    row(Field::kTunIpv6Dst, "tun_ipv6_dst", "tun_ipv6_dst", "NXM_NX_TUN_IPV6_DST", 128,
        header(kNxmNx, 110, 16), kMask),
    row(Field::kPktMark, "pkt_mark", "pkt_mark", "NXM_NX_PKT_MARK", 32, header(kNxmNx, 33, 4), kMask),
    row(Field::kConjId, "conj_id", "conj_id", "NXM_NX_CONJ_ID", 32, header(kNxmNx, 37, 4), kExact),
    // The switch keeps eight of ct_state's 32 bits and two of ip_frag's eight: an exact match is that wide.
    row(Field::kCtState, "ct_state", "ct_state", "NXM_NX_CT_STATE", 8, header(kNxmNx, 105, 4), kMask),
    row(Field::kCtZone, "ct_zone", "ct_zone", "NXM_NX_CT_ZONE", 16, header(kNxmNx, 106, 2), kExact),
    row(Field::kCtMark, "ct_mark", "ct_mark", "NXM_NX_CT_MARK", 32, header(kNxmNx, 107, 4), kMask),
    row(Field::kCtLabel, "ct_label", "ct_label", "NXM_NX_CT_LABEL", 128, header(kNxmNx, 108, 16), kMask),
    row(Field::kCtIpProto, "ct_nw_proto", "ct_nw_proto", "NXM_NX_CT_NW_PROTO", 8, header(kNxmNx, 119, 1),
        kExact),
    row(Field::kCtIpv4Src, "ct_nw_src", "ct_nw_src", "NXM_NX_CT_NW_SRC", 32, header(kNxmNx, 120, 4), kMask),
    row(Field::kCtIpv4Dst, "ct_nw_dst", "ct_nw_dst", "NXM_NX_CT_NW_DST", 32, header(kNxmNx, 121, 4), kMask),
    row(Field::kCtIpv6Src, "ct_ipv6_src", "ct_ipv6_src", "NXM_NX_CT_IPV6_SRC", 128, header(kNxmNx, 122, 16),
        kMask),
    row(Field::kCtIpv6Dst, "ct_ipv6_dst", "ct_ipv6_dst", "NXM_NX_CT_IPV6_DST", 128, header(kNxmNx, 123, 16),
        kMask),
    row(Field::kCtTpSrc, "ct_tp_src", "ct_tp_src", "NXM_NX_CT_TP_SRC", 16, header(kNxmNx, 124, 2), kMask),
    row(Field::kCtTpDst, "ct_tp_dst", "ct_tp_dst", "NXM_NX_CT_TP_DST", 16, header(kNxmNx, 125, 2), kMask),
    row(Field::kEthDst, "dl_dst", "eth_dst", "NXM_OF_ETH_DST", 48, header(kOxmOf, 3, 6), kMask),
    row(Field::kEthSrc, "dl_src", "eth_src", "NXM_OF_ETH_SRC", 48, header(kOxmOf, 4, 6), kMask),
    row(Field::kEthType, "dl_type", "eth_type", "NXM_OF_ETH_TYPE", 16, header(kOxmOf, 5, 2), kExact),
    row(Field::kVlanTci, "vlan_tci", "vlan_tci", "NXM_OF_VLAN_TCI", 16, header(kNxmOf, 4, 2), kMask),
    row(Field::kIpProto, "nw_proto", "nw_proto", "NXM_OF_IP_PROTO", 8, header(kOxmOf, 10, 1), kExact),
    row(Field::kIpFrag, "nw_frag", "ip_frag", "NXM_NX_IP_FRAG", 2, header(kNxmNx, 26, 1), kMask),
    row(Field::kIpTtl, "nw_ttl", "nw_ttl", "NXM_NX_IP_TTL", 8, header(kNxmNx, 29, 1), kExact),
    row(Field::kIpDscp, "nw_tos", "ip_dscp", "OXM_OF_IP_DSCP", 6, header(kOxmOf, 8, 1), kExact),
    row(Field::kIpv4Src, "nw_src", "ip_src", "NXM_OF_IP_SRC", 32, header(kOxmOf, 11, 4), kMask),
    row(Field::kIpv4Dst, "nw_dst", "ip_dst", "NXM_OF_IP_DST", 32, header(kOxmOf, 12, 4), kMask),
    row(Field::kIpv6Src, "ipv6_src", "ipv6_src", "NXM_NX_IPV6_SRC", 128, header(kOxmOf, 26, 16), kMask),
    row(Field::kIpv6Dst, "ipv6_dst", "ipv6_dst", "NXM_NX_IPV6_DST", 128, header(kOxmOf, 27, 16), kMask),
    row(Field::kTcpSrc, "tp_src", "tcp_src", "NXM_OF_TCP_SRC", 16, header(kOxmOf, 13, 2), kMask),
    row(Field::kTcpDst, "tp_dst", "tcp_dst", "NXM_OF_TCP_DST", 16, header(kOxmOf, 14, 2), kMask),
    row(Field::kTcpFlags, "tcp_flags", "tcp_flags", "NXM_NX_TCP_FLAGS", 12, header(kNxmNx, 34, 2), kMask),
    row(Field::kUdpSrc, "tp_src", "udp_src", "NXM_OF_UDP_SRC", 16, header(kOxmOf, 15, 2), kMask),
    row(Field::kUdpDst, "tp_dst", "udp_dst", "NXM_OF_UDP_DST", 16, header(kOxmOf, 16, 2), kMask),
    row(Field::kSctpSrc, "tp_src", "sctp_src", "OXM_OF_SCTP_SRC", 16, header(kOxmOf, 17, 2), kMask),
    row(Field::kSctpDst, "tp_dst", "sctp_dst", "OXM_OF_SCTP_DST", 16, header(kOxmOf, 18, 2), kMask),
    row(Field::kIcmpType, "icmp_type", "icmp_type", "NXM_OF_ICMP_TYPE", 8, header(kOxmOf, 19, 1), kExact),
    row(Field::kIcmpCode, "icmp_code", "icmp_code", "NXM_OF_ICMP_CODE", 8, header(kOxmOf, 20, 1), kExact),
    row(Field::kIcmpv6Type, "icmp_type", "icmpv6_type", "NXM_NX_ICMPV6_TYPE", 8, header(kOxmOf, 29, 1),
        kExact),
    row(Field::kIcmpv6Code, "icmp_code", "icmpv6_code", "NXM_NX_ICMPV6_CODE", 8, header(kOxmOf, 30, 1),
        kExact),
    row(Field::kNdTarget, "nd_target", "nd_target", "NXM_NX_ND_TARGET", 128, header(kOxmOf, 31, 16), kMask),
    row(Field::kNdSll, "nd_sll", "nd_sll", "NXM_NX_ND_SLL", 48, header(kOxmOf, 32, 6), kMask),
    row(Field::kNdTll, "nd_tll", "nd_tll", "NXM_NX_ND_TLL", 48, header(kOxmOf, 33, 6), kMask),
    row(Field::kNdReserved, "nd_reserved", "nd_reserved", "ERICOXM_OF_ICMPV6_ND_RESERVED", 32,
        header(kEricsson, 1, 4), kExact),
    row(Field::kNdOptionsType, "nd_options_type", "nd_options_type", "ERICOXM_OF_ICMPV6_ND_OPTIONS_TYPE", 8,
        header(kEricsson, 2, 1), kExact),
    row(Field::kArpOp, "arp_op", "arp_op", "NXM_OF_ARP_OP", 16, header(kOxmOf, 21, 2), kExact),
    row(Field::kArpSpa, "arp_spa", "arp_spa", "NXM_OF_ARP_SPA", 32, header(kOxmOf, 22, 4), kMask),
    row(Field::kArpTpa, "arp_tpa", "arp_tpa", "NXM_OF_ARP_TPA", 32, header(kOxmOf, 23, 4), kMask),
    row(Field::kArpSha, "arp_sha", "arp_sha", "NXM_NX_ARP_SHA", 48, header(kOxmOf, 24, 6), kMask),
    row(Field::kArpTha, "arp_tha", "arp_tha", "NXM_NX_ARP_THA", 48, header(kOxmOf, 25, 6), kMask),
};

constexpr bool table_is_in_enum_order() {
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    if (static_cast<std::size_t>(kFields[i].field) != i) return false;
  }
  return kFields.size() == kFieldCount;
}
static_assert(table_is_in_enum_order());

}  // namespace

const FieldInfo& info(Field field) {
  return kFields[static_cast<std::size_t>(field)];
}

Bits::Bits(const IpAddress& address) {
  const auto& bytes = address.bytes();
  if (address.is_v4()) {
    lo = address.to_u32();
    return;
  }
  for (std::size_t i = 0; i < 8; ++i) {
    hi = hi << 8 | bytes[i];
    lo = lo << 8 | bytes[i + 8];
  }
}

}  // namespace weft::openflow
