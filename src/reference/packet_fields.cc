#include "reference/compiled_node.h"

namespace weft::reference {
namespace {

using openflow::Bits;
using openflow::Field;

Bits number(int n) {
  return Bits(static_cast<std::uint64_t>(n));
}

constexpr std::uint64_t kRouter = 1ULL << 31, kSolicited = 1ULL << 30,
                        kOverride = 1ULL << 29;  // RFC 4861, 4.4
constexpr std::uint64_t kSourceOption = 1, kTargetOption = 2;

void add_neighbour(openflow::Packet& fields, const Packet& packet) {
  const bool solicitation = is_solicitation(*packet.ip);
  if ((!solicitation && !is_advertisement(*packet.ip)) || packet.ip->icmp_code != 0) return;
  const auto& neighbour = packet.neighbour;
  fields[Field::kNdTarget] = neighbour.target;
  fields[Field::kNdReserved] = (neighbour.router ? kRouter : 0) | (neighbour.solicited ? kSolicited : 0) |
                               (neighbour.override ? kOverride : 0);
  fields[Field::kNdSll] = fields[Field::kNdTll] = 0;
  fields[Field::kNdOptionsType] = 0;
  if (!neighbour.link_layer) return;
  fields[Field::kNdOptionsType] = solicitation ? kSourceOption : kTargetOption;
  fields[solicitation ? Field::kNdSll : Field::kNdTll] = *neighbour.link_layer;
}

/// Ports, or type and code. Later fragments do not show them: the switch reads zeros.
void add_details(openflow::Packet& fields, const Packet::Ip& ip) {
  const bool shown = shows_details(ip);
  auto pair = [&](Field a, int a_value, Field b, int b_value) {
    fields[a] = number(shown ? a_value : 0);
    fields[b] = number(shown ? b_value : 0);
  };
  if (ip.protocol == kTcp) pair(Field::kTcpSrc, ip.source_port, Field::kTcpDst, ip.destination_port);
  if (ip.protocol == kUdp) pair(Field::kUdpSrc, ip.source_port, Field::kUdpDst, ip.destination_port);
  if (ip.protocol == kSctp) pair(Field::kSctpSrc, ip.source_port, Field::kSctpDst, ip.destination_port);
  if (!is_icmp(ip)) return;
  if (is_v4(ip))
    pair(Field::kIcmpType, ip.icmp_type, Field::kIcmpCode, ip.icmp_code);
  else
    pair(Field::kIcmpv6Type, ip.icmp_type, Field::kIcmpv6Code, ip.icmp_code);
}

void add_ip(openflow::Packet& fields, const Packet::Ip& ip) {
  constexpr std::uint64_t kFragmentBits[] = {0, 1, 3};  // ovs-fields(7), nw_frag
  const bool v4 = is_v4(ip);
  fields[Field::kEthType] = v4 ? 0x0800 : 0x86dd;
  fields[v4 ? Field::kIpv4Src : Field::kIpv6Src] = ip.source;
  fields[v4 ? Field::kIpv4Dst : Field::kIpv6Dst] = ip.destination;
  fields[Field::kIpTtl] = number(ip.hop_limit);
  fields[Field::kIpFrag] = kFragmentBits[static_cast<int>(ip.fragment)];
  const bool hidden = !v4 && ip.fragment == Fragment::kLater;
  constexpr int kIpv6Fragment = 44;  // the fragment header is all that a later one shows
  fields[Field::kIpProto] = number(hidden ? kIpv6Fragment : ip.protocol);
  if (!hidden) add_details(fields, ip);
}

void add_arp(openflow::Packet& fields, const Packet::Arp& arp) {
  fields[Field::kEthType] = 0x0806;
  fields[Field::kArpOp] = number(arp.operation);
  fields[Field::kArpSpa] = arp.sender_ip;
  fields[Field::kArpTpa] = arp.target_ip;
  fields[Field::kArpSha] = arp.sender_mac;
  fields[Field::kArpTha] = arp.target_mac;
}

/// What flows made of a packet.
class Fields {
 public:
  explicit Fields(const openflow::Packet& fields) : fields_(fields) {}

  int number(Field field) const { return static_cast<int>(bits(field).lo); }
  MacAddress mac(Field field) const { return MacAddress::from_u64(bits(field).lo); }
  IpAddress v4(Field field) const { return IpAddress::v4(static_cast<std::uint32_t>(bits(field).lo)); }
  IpAddress v6(Field field) const {
    std::array<std::uint8_t, 16> bytes;
    const Bits value = bits(field);
    for (std::size_t i = 0; i < 8; ++i) {
      bytes[i] = static_cast<std::uint8_t>(value.hi >> (56 - 8 * i));
      bytes[8 + i] = static_cast<std::uint8_t>(value.lo >> (56 - 8 * i));
    }
    return IpAddress::v6(bytes);
  }

 private:
  Bits bits(Field field) const {
    const auto found = fields_.find(field);
    return found == fields_.end() ? Bits() : found->second;
  }
  const openflow::Packet& fields_;
};

Packet::Arp arp_of(const Fields& fields) {
  return {.operation = fields.number(Field::kArpOp),
          .sender_mac = fields.mac(Field::kArpSha),
          .sender_ip = fields.v4(Field::kArpSpa),
          .target_ip = fields.v4(Field::kArpTpa),
          .target_mac = fields.mac(Field::kArpTha)};
}

/// Whole, and ICMP.
Packet::Ip ip_of(const Fields& fields, bool is_v4) {
  return {.source = is_v4 ? fields.v4(Field::kIpv4Src) : fields.v6(Field::kIpv6Src),
          .destination = is_v4 ? fields.v4(Field::kIpv4Dst) : fields.v6(Field::kIpv6Dst),
          .protocol = fields.number(Field::kIpProto),
          .icmp_type = fields.number(is_v4 ? Field::kIcmpType : Field::kIcmpv6Type),
          .icmp_code = fields.number(is_v4 ? Field::kIcmpCode : Field::kIcmpv6Code),
          .hop_limit = fields.number(Field::kIpTtl)};
}

/// A switch adds no option. The one that it writes takes the place of the first that was there.
Packet::Neighbour neighbour_of(const Fields& fields, const Packet::Neighbour& asked) {
  const auto flags = static_cast<std::uint32_t>(fields.number(Field::kNdReserved));
  Packet::Neighbour neighbour{.target = fields.v6(Field::kNdTarget),
                              .link_layer = {},
                              .nonce = asked.nonce && asked.link_layer,
                              .router = (flags & kRouter) != 0,
                              .solicited = (flags & kSolicited) != 0,
                              .override = (flags & kOverride) != 0};
  const bool any = asked.link_layer || asked.nonce;
  if (any && fields.number(Field::kNdOptionsType) == kTargetOption)
    neighbour.link_layer = fields.mac(Field::kNdTll);
  return neighbour;
}

}  // namespace

openflow::Packet to_fields(const Packet& packet) {
  openflow::Packet fields;
  fields[Field::kEthSrc] = packet.eth_src;
  fields[Field::kEthDst] = packet.eth_dst;
  fields[Field::kEthType] = 0x88b5;  // IEEE 802 local experimental
  fields[Field::kVlanTci] = packet.tagged ? 0x1005 : 0;
  if (packet.ip) {
    add_ip(fields, *packet.ip);
    add_neighbour(fields, packet);
  }
  if (packet.arp) add_arp(fields, *packet.arp);
  return fields;
}

Packet answer_from(const openflow::Packet& answer, const Packet& question) {
  const Fields fields(answer);
  Packet packet{.eth_src = fields.mac(Field::kEthSrc),
                .eth_dst = fields.mac(Field::kEthDst),
                .tagged = question.tagged,
                .length = question.length};
  const int type = fields.number(Field::kEthType);
  if (type == 0x0806) packet.arp = arp_of(fields);
  if (type == 0x0800 || type == 0x86dd) packet.ip = ip_of(fields, type == 0x0800);
  if (packet.ip && is_advertisement(*packet.ip)) packet.neighbour = neighbour_of(fields, question.neighbour);
  return packet;
}

openflow::TrackerView to_view(const Packet& packet) {
  constexpr int kEthernetHeader = 14, kTag = 4;
  openflow::TrackerView view;
  view.size = static_cast<std::size_t>(kEthernetHeader + (packet.tagged ? kTag : 0) + packet.length);
  if (packet.ip && packet.ip->fragment != Fragment::kWhole) {
    Packet whole = packet;
    whole.ip->fragment = Fragment::kWhole;
    view.whole = to_fields(whole);
  }
  if (packet.quoted) view.quoted = to_fields({.ip = packet.quoted});
  return view;
}

}  // namespace weft::reference
