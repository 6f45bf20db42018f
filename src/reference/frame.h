#pragma once
// The frame of a packet: for switches, which want bytes.

#include "net/packet.h"
#include "reference/packet.h"

namespace weft::reference {

/// Checksums are right, and TCP packets are acknowledgements. A fragment is one of the two fragments of its
/// packet, which share an id; the first one is long enough for a connection tracker. `mark` fills what
/// carries no meaning: frames with other marks are others.
net::Frame frame_of(const Packet& packet, std::uint16_t mark = 0);

}  // namespace weft::reference
