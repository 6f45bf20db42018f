#pragma once
// What a packet that is too big for its way is answered with: ICMP "fragmentation needed" (RFC 792, RFC 1191)
// or ICMPv6 "packet too big" (RFC 4443, 3.2).

#include <optional>
#include <span>

#include "net/packet.h"

namespace weft::net {

/// Who answers.
struct TooBigSender {
  MacAddress mac;
  IpAddress address;
};

/// The frame that tells the sender of `frame` that its way takes packets of `mtu` octets (IP header and all),
/// from the first of `senders` that has the packet's IP version, or else from the packet's own destination.
/// IPv4 without DF is told, too: its sender fragments. `frame` may be cut after its headers. Nothing for what
/// gets no answer: a later fragment; an ICMP error; to or from a group, from nobody; what is no IP.
std::optional<Frame> too_big_answer(FrameView frame, int mtu, std::span<const TooBigSender> senders);

}  // namespace weft::net
