#pragma once
// What router advertisements of a network say (RFC 4861, RFC 8106): read from the intent, the same on every
// node.

#include <optional>

#include "agent/dhcp_settings.h"
#include "agent/packet_answer.h"
#include "model/intent.h"
#include "net/router_discovery.h"

namespace weft::agent {

struct NetworkAdvertisement {
  MacAddress mac;  ///< of the distributed port that speaks; its link-local address is the source
  net::RouterAdvertisement message;
  bool operator==(const NetworkAdvertisement&) const = default;
};

/// One advertisement for all subnets with ipv6_ra_mode, in the name of the oldest. Nothing when there is
/// none.
std::optional<NetworkAdvertisement> advertisement_of(const Uuid& network, const model::Intent& intent,
                                                     const DhcpSettings& settings);

using MaybeAdvertisement = std::optional<NetworkAdvertisement>;

/// The frames, to all hosts, that make those who know `before` know `now`: prefixes and names that went are
/// advertised once with a lifetime of 0. Empty when nothing changed.
std::vector<net::Frame> announce(const MaybeAdvertisement& before, const MaybeAdvertisement& now);

/// The answer to a router solicitation: to its source, or to all hosts when that is "::". Refused: what is
/// malformed, or comes from elsewhere, or names another link-layer address than the frame's.
PacketAnswer answer_solicitation(net::FrameView frame, const MaybeAdvertisement& advertisement);

}  // namespace weft::agent
