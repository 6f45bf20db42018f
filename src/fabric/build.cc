#include "fabric/build.h"

#include <iterator>

namespace weft::fabric {

using openflow::Bits;
using openflow::Field;
using openflow::Match;

openflow::Flow flow(const Family& family, Match match, Actions actions) {
  return {.key = {.table = number(family.table), .priority = family.priority, .match = std::move(match)},
          .cookie = 0,
          .actions = std::move(actions)};
}

openflow::Flow drop(const Family& family, Match match) {
  return flow(family, std::move(match),
              {load(kDropReason, static_cast<std::uint64_t>(family.drop)), go(Table::kDropped)});
}

void append(Flows& flows, Flows more) {
  flows.insert(flows.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

openflow::Action go(Table table) {
  return openflow::Resubmit{number(table)};
}

openflow::Action load(const RegisterField& field, std::uint64_t value) {
  const std::uint64_t mask = Bits::ones(field.count).lo << field.low;
  return openflow::SetField{field.field(), (value << field.low) & mask, mask};
}

openflow::Action set(Field field, const Bits& value) {
  return openflow::SetField{field, value, Bits::ones(openflow::info(field).width)};
}

openflow::Action move(Field from, Field to) {
  const int width = openflow::info(from).width;
  return openflow::Move{{from, 0, width}, {to, 0, width}};
}

openflow::Action output(std::uint32_t port) {
  return openflow::Output{port};
}

Match with(Match match, const RegisterField& field, std::uint64_t value) {
  match.set_bits(field.field(), field.low, field.count, value);
  return match;
}

Match on_port(std::uint32_t ofport) {
  return Match().set(Field::kInPort, ofport);
}

Match ip(Match match, IpVersion version) {
  match.set(Field::kEthType, version == IpVersion::kV4 ? 0x0800 : 0x86dd);
  return match;
}

Match ip(Match match, IpVersion version, int protocol) {
  match = ip(std::move(match), version);
  match.set(Field::kIpProto, static_cast<std::uint64_t>(protocol));
  return match;
}

Match udp(Match match, IpVersion version, int source, int destination) {
  match = ip(std::move(match), version, kUdp);
  match.set(Field::kUdpSrc, static_cast<std::uint64_t>(source));
  match.set(Field::kUdpDst, static_cast<std::uint64_t>(destination));
  return match;
}

Match icmpv6(Match match, int type) {
  match = ip(std::move(match), IpVersion::kV6, kIcmpv6);
  match.set(Field::kIcmpv6Type, static_cast<std::uint64_t>(type));
  return match;
}

Match arp(Match match) {
  match.set(Field::kEthType, 0x0806);
  return match;
}

Match first_fragment(Match match) {
  match.set_masked(Field::kIpFrag, kFirstFragment, kFragmentMask);
  return match;
}

Field ip_source(IpVersion version) {
  return version == IpVersion::kV4 ? Field::kIpv4Src : Field::kIpv6Src;
}
Field ip_destination(IpVersion version) {
  return version == IpVersion::kV4 ? Field::kIpv4Dst : Field::kIpv6Dst;
}

}  // namespace weft::fabric
