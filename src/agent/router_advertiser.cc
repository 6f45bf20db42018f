#include "agent/router_advertiser.h"

#include <utility>

#include "model/subnet_services.h"

namespace weft::agent {
namespace {

/// The network whose advertisement an object is part of; nothing for others.
std::optional<Uuid> advertising(const model::Network& network) {
  return network.id;
}
std::optional<Uuid> advertising(const model::Subnet& subnet) {
  return subnet.network;
}
std::optional<Uuid> advertising(const model::Port& port) {
  return model::served_subnet(port) ? std::optional(port.network) : std::nullopt;
}
template <typename T>
std::optional<Uuid> advertising(const T&) {
  return std::nullopt;
}

}  // namespace

void RouterAdvertiser::intent_changed(const model::IntentChanges& changes) {
  for (const auto& change : changes) {
    std::visit(
        [this](const auto& of) {
          for (const auto* object : {of.before.get(), of.after.get()}) {
            if (auto network = object ? advertising(*object) : std::nullopt) changed_.insert(*network);
          }
        },
        change);
  }
}

void RouterAdvertiser::refresh(const LocalPorts& active, const Send& send) {
  forget_leavers(active);
  tell_changes(send);
  if (std::exchange(repeating_, false)) {
    for (auto& [network, told] : told_) told.ports.clear();
  }
  tell_newcomers(active, send);
}

void RouterAdvertiser::forget_leavers(const LocalPorts& active) {
  for (auto& [network, told] : told_) {
    std::erase_if(told.ports, [&](const auto& entry) {
      auto now = active.find(entry.first);
      return now == active.end() || now->second != entry.second;
    });
  }
  std::erase_if(told_, [](const auto& entry) { return entry.second.ports.empty(); });
}

void RouterAdvertiser::tell_changes(const Send& send) {
  for (const auto& network : changed_) {
    auto told = told_.find(network);
    if (told == told_.end()) continue;
    auto now = advertisement_of(network, intent_, settings_);
    for (const auto& frame : announce(told->second.last, now)) {
      for (const auto& [id, port] : told->second.ports) send(port, frame);
    }
    told->second.last = std::move(now);
  }
  changed_.clear();
}

void RouterAdvertiser::tell_newcomers(const LocalPorts& active, const Send& send) {
  for (const auto& [id, here] : active) {
    auto port = intent_.find<model::Port>(id);
    if (!port) continue;
    auto [told, is_new] = told_.try_emplace(port->network);
    if (is_new) told->second.last = advertisement_of(port->network, intent_, settings_);
    if (!told->second.ports.emplace(id, here).second) continue;
    for (const auto& frame : announce(std::nullopt, told->second.last)) send(here, frame);
  }
}

}  // namespace weft::agent
