#include "reference/compiled_node.h"

namespace weft::reference {
namespace {

using openflow::Bits;
using openflow::Field;

Bits number(int n) {
  return Bits(static_cast<std::uint64_t>(n));
}

void add_neighbour(openflow::Packet& fields, const Packet& packet) {
  const bool solicitation = is_solicitation(*packet.ip);
  if ((!solicitation && !is_advertisement(*packet.ip)) || packet.ip->icmp_code != 0) return;
  const auto& [target, link_layer] = packet.neighbour;
  fields[Field::kNdTarget] = target;
  fields[solicitation ? Field::kNdSll : Field::kNdTll] = link_layer.value_or(MacAddress{});
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
  fields[Field::kArpTha] = 0;
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

openflow::TrackerView to_view(const Packet& packet) {
  openflow::TrackerView view;
  if (packet.ip && packet.ip->fragment != Fragment::kWhole) {
    Packet whole = packet;
    whole.ip->fragment = Fragment::kWhole;
    view.whole = to_fields(whole);
  }
  if (packet.quoted) view.quoted = to_fields({.ip = packet.quoted});
  return view;
}

}  // namespace weft::reference
