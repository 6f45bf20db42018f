#pragma once
// One dropped packet, as the switch sent it up, with what the node knows of it. The packet itself is not
// read here: whoever follows drops does that.

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/ports.h"
#include "fabric/drops.h"
#include "openflow/messages.h"

namespace weft::agent {

/// Where a sample's numbers lead to.
struct SampleContext {
  const model::Intent& intent;
  const Claims& claims;
  const SwitchInterfaces& interfaces;
};

struct DropSample {
  std::int64_t time = 0;  ///< microseconds since the epoch
  const fabric::DropInfo* reason = nullptr;
  std::optional<Uuid> network, sender, receiver;  ///< as far as this node can tell
  std::string interface;                          ///< it came from
  std::string failure;                            ///< why that interface carries no port; else empty
  bool reply = false;    ///< goes against the direction in which its connection was opened
  bool related = false;  ///< an error about a connection
  std::uint32_t length = 0;
  std::vector<std::uint8_t> frame;  ///< its first bytes
};

/// Is this packet-in a sample of a drop?
bool is_drop_sample(const openflow::PacketIn& packet);

/// What became of a packet that was sent up, by whoever dropped it.
DropSample describe_drop(const openflow::PacketIn& packet, const fabric::DropInfo& reason,
                         const SampleContext& context, std::int64_t now);

/// A drop of the switch. Nothing for a reason that this version does not know.
std::optional<DropSample> read_drop_sample(const openflow::PacketIn& packet, const SampleContext& context,
                                           std::int64_t now);

/// Did this port send it, or should it have got it?
bool concerns(const DropSample& sample, const Uuid& port);

/// As a follower gets it: one line's object.
boost::json::object to_json(const DropSample& sample, const std::string& node);

/// "egress" for what a sender's side drops, "ingress" for a receiver's; null for neither.
boost::json::value direction_json(fabric::DropSide side);

}  // namespace weft::agent
