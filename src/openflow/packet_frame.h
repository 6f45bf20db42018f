#pragma once
// Frames from the fields of packets, for tests that show one packet to the interpreter and to a switch.

#include "net/packet.h"
#include "openflow/connection_table.h"

namespace weft::openflow {

/// An IP packet with eight bytes of payload and right checksums; an ICMP error quotes `view.quoted`.
net::Frame frame_of(const Packet& packet, const TrackerView& view = {});

}  // namespace weft::openflow
