#include "reference/place.h"

#include <algorithm>

namespace weft::reference {

bool takes_part(const model::Intent& intent, const Place& place, const model::Port& port) {
  const auto network = intent.find<model::Network>(port.network);
  return port.host == place.node && place.plugged.contains(port.id) && port.admin_state_up && network &&
         network->admin_state_up;
}

bool is_elsewhere(const Place& place, const model::Port& port) {
  return !port.host.empty() && port.host != place.node && port.admin_state_up;
}

bool is_hosted(const model::Intent& intent, const Place& place, const Uuid& network) {
  const auto& ports = intent.ports_of(network);
  return std::any_of(ports.begin(), ports.end(), [&](const Uuid& id) {
    return takes_part(intent, place, *intent.find<model::Port>(id));
  });
}

}  // namespace weft::reference
