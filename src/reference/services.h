#pragma once
// What a node does for its ports itself (docs/design/0005): it answers for the addresses that are known, and
// takes to its agent what asks for configuration.

#include <string_view>

#include "reference/packet.h"
#include "reference/place.h"

namespace weft::reference {

/// Why a packet goes to the node's agent.
enum class Request : std::uint8_t {
  kNone,  ///< none of these: no packet should go up for it
  kDhcp,
  kDhcp6,
  kRouterSolicitation,
  kTooBig,  ///< the packet is dropped, and its sender shall hear of the right size
};
std::string_view to_string(Request request);

/// What a port asks of the network's services, where there are such.
std::optional<Request> request_of(const model::Intent& intent, const model::Port& sender,
                                  const Packet& packet);
/// The node's answer, for another port or for the network's services.
std::optional<Packet> answer_to(const model::Intent& intent, const Place& place, const model::Port& sender,
                                const Packet& packet);
/// An IP packet larger than the network's MTU? What a tag adds counts.
bool is_too_big(const model::Network& network, const Packet& packet);
/// A port that is on every node, for the services of a subnet.
bool is_distributed(const model::Intent& intent, const model::Port& port);

}  // namespace weft::reference
