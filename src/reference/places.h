#pragma once
// Where MACs are that belong to no port: learned from what was announced last.

#include <map>
#include <string>
#include <utility>
#include <variant>

#include "base/uuid.h"
#include "net/mac.h"

namespace weft::reference {

/// On a port of this node, or behind the tunnel to another node.
using MacPlace = std::variant<Uuid, std::string>;

class Places {
 public:
  void announce(const Uuid& network, const MacAddress& mac, MacPlace place) {
    places_[{network, mac}] = std::move(place);
  }
  const MacPlace* find(const Uuid& network, const MacAddress& mac) const {
    const auto place = places_.find({network, mac});
    return place == places_.end() ? nullptr : &place->second;
  }
  /// The network has no ports on this node any more: nobody listens to other nodes.
  void forget_network(const Uuid& network) {
    std::erase_if(places_, [&](const auto& entry) { return entry.first.first == network; });
  }
  /// The port left, or may call other addresses its own than before.
  void forget(const Uuid& port) {
    std::erase_if(places_, [&](const auto& entry) { return entry.second == MacPlace(port); });
  }

 private:
  std::map<std::pair<Uuid, MacAddress>, MacPlace> places_;
};

}  // namespace weft::reference
