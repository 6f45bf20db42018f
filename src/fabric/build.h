#pragma once
// Words in which features write flows.

#include <vector>

#include "fabric/families.h"
#include "fabric/registers.h"
#include "openflow/flow.h"

namespace weft::fabric {

/// Flows of a feature; cookies are given when they enter the flow table.
using Flows = std::vector<openflow::Flow>;
using Actions = std::vector<openflow::Action>;

openflow::Flow flow(const Family& family, openflow::Match match, Actions actions);
/// A flow of a family with a reason: packets end here, counted and, for those who follow drops, sampled.
openflow::Flow drop(const Family& family, openflow::Match match);
void append(Flows& flows, Flows more);

/// The packet goes on in `table`; always the last action.
openflow::Action go(Table table);
openflow::Action load(const RegisterField& field, std::uint64_t value);
openflow::Action set(openflow::Field field, const openflow::Bits& value);
openflow::Action move(openflow::Field from, openflow::Field to);
openflow::Action output(std::uint32_t port);

/// `match` and also the register field's value.
openflow::Match with(openflow::Match match, const RegisterField& field, std::uint64_t value);
openflow::Match on_port(std::uint32_t ofport);
openflow::Match ip(openflow::Match match, IpVersion version);
openflow::Match ip(openflow::Match match, IpVersion version, int protocol);
openflow::Match udp(openflow::Match match, IpVersion version, int source, int destination);
openflow::Match icmpv6(openflow::Match match, int type);
openflow::Match arp(openflow::Match match);
openflow::Match first_fragment(openflow::Match match);

/// The field of the source or destination address.
openflow::Field ip_source(IpVersion version);
openflow::Field ip_destination(IpVersion version);

inline constexpr int kIcmp = 1, kTcp = 6, kUdp = 17, kIcmpv6 = 58, kSctp = 132;
/// What the switch takes for the protocol of IPv6 fragments after the first.
inline constexpr int kIpv6Fragment = 44;
/// nw_frag (ovs-fields(7)): bit 0 any fragment, bit 1 not the first.
inline constexpr std::uint64_t kFirstFragment = 1, kLaterFragment = 3, kFragmentMask = 3;
inline constexpr std::array kIpVersions = {IpVersion::kV4, IpVersion::kV6};

}  // namespace weft::fabric
