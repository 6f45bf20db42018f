// Copies of a packet for somebody else, flooded because the network does not know where that is: the port
// that dropped its copy is a bystander, and no rule of it would bring the packet to where it wants.

#include <fmt/format.h>

#include <algorithm>

#include "cli/drop_view.h"

namespace weft::cli {
namespace {

bool listens_to(const model::Port& port, const MacAddress& mac) {
  return mac.is_multicast() || port.mac == mac ||
         std::ranges::any_of(port.allowed_address_pairs, [&](const auto& pair) { return pair.mac == mac; });
}

std::string whose(const model::Ref<model::Port>& meant) {
  if (!meant) return "which no port of the network has";
  return meant->host.empty() ? "whose port is bound to no node" : "whose port is bound to " + meant->host;
}

}  // namespace

std::optional<Explanation> explain_flooded(const DropView& view) {
  const auto& mac = view.sample.headers.destination;
  if (view.sample.reason->side != fabric::DropSide::kReceiver || !view.port || listens_to(*view.port, mac))
    return std::nullopt;
  const auto meant = view.intent.port_by_mac(view.port->network, mac);
  return Explanation{.object = meant ? "port " + text_of_object(*meant) : "MAC " + mac.to_string(),
                     .why = fmt::format("flooded: addressed to {}, {}; {} only overheard it", mac.to_string(),
                                        whose(meant), view.port_text()),
                     .remedies = {}};
}

}  // namespace weft::cli
