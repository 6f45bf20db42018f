#include "agent/ports.h"

#include <fmt/format.h>

#include "base/log.h"

namespace weft::agent {
namespace {

void judge(Claim& claim, const model::Intent& intent, const std::string& node) {
  auto id = claim.port.to_string();
  auto port = intent.find<model::Port>(claim.port);
  if (!port) {
    claim.state = Claim::State::kUnknown;
    claim.failure = fmt::format("there is no port {}", id);
  } else if (port->host.empty()) {
    claim.state = Claim::State::kElsewhere;
    claim.failure = fmt::format("port {} is not bound: set binding:host_id to {}", id, node);
  } else if (port->host != node) {
    claim.state = Claim::State::kElsewhere;
    claim.failure = fmt::format(
        "port {} is bound to {}, not to {}: set binding:host_id or move the interface", id, port->host, node);
  } else if (claim.ofport <= 0) {
    claim.state = Claim::State::kWaiting;
    if (claim.ofport < 0) claim.failure = fmt::format("the switch can't open interface {}", claim.interface);
  } else if (claim.device_gone) {
    claim.state = Claim::State::kWaiting;
    claim.failure = fmt::format("the network device of interface {} is gone", claim.interface);
  } else {
    claim.state = Claim::State::kHere;
  }
}

enum class Rank { kBroken, kWorking, kIncumbent };

Rank rank(const SwitchInterface& interface, const Claims& before) {
  if (interface.ofport <= 0 || interface.device_gone) return Rank::kBroken;
  auto port = interface.claimed_port();
  auto known = before.find(interface.name);
  if (known == before.end()) return interface.zone_port() == port ? Rank::kIncumbent : Rank::kWorking;
  const auto& claim = known->second;
  auto stayed = claim.row == interface.row && claim.port == port && claim.state != Claim::State::kDuplicate;
  return stayed ? Rank::kIncumbent : Rank::kWorking;
}

struct Winner {
  std::string interface;
  Rank rank;
};

std::map<Uuid, Winner> choose_winners(const SwitchInterfaces& interfaces, const Claims& before) {
  std::map<Uuid, Winner> winners;
  for (const auto& [name, interface] : interfaces) {
    auto port = interface.claimed_port();
    if (!port) continue;
    auto mine = rank(interface, before);
    auto [winner, first] = winners.try_emplace(*port, Winner{name, mine});
    if (!first && mine > winner->second.rank) winner->second = {name, mine};
  }
  return winners;
}

void log_claim(const Claim& claim) {
  auto level = claim.failure.empty() ? log::Level::kInfo : log::Level::kWarn;
  log::write(level, "port.claim",
             {{"port", claim.port.to_string()},
              {"interface", claim.interface},
              {"ofport", claim.ofport},
              {"state", to_string(claim.state)},
              {"failure", claim.failure}});
}

}  // namespace

std::string_view to_string(Claim::State state) {
  switch (state) {
    case Claim::State::kHere:
      return "here";
    case Claim::State::kWaiting:
      return "waiting";
    case Claim::State::kUnknown:
      return "unknown";
    case Claim::State::kElsewhere:
      return "elsewhere";
    case Claim::State::kDuplicate:
      return "duplicate";
  }
  return "unknown";
}

Claims read_claims(const SwitchInterfaces& interfaces, const model::Intent& intent, const std::string& node,
                   const Claims& before) {
  auto winners = choose_winners(interfaces, before);
  Claims claims;
  for (const auto& [name, interface] : interfaces) {
    auto port = interface.claimed_port();
    if (!port) continue;
    Claim claim{.port = *port,
                .interface = name,
                .row = interface.row,
                .ofport = interface.ofport,
                .device_gone = interface.device_gone};
    const auto& winner = winners.at(*port).interface;
    if (winner == name) {
      judge(claim, intent, node);
    } else {
      claim.state = Claim::State::kDuplicate;
      claim.failure = fmt::format("interface {} has the same iface-id {}", winner, port->to_string());
    }
    claims.emplace(name, std::move(claim));
  }
  return claims;
}

PortTable::PortTable(const model::Intent& intent, std::string node)
    : intent_(intent), node_(std::move(node)) {}

void PortTable::refresh(const SwitchInterfaces& interfaces) {
  auto known = interfaces;
  remember_numbers(known);
  zones_.assign(known);
  auto now = read_claims(known, intent_, node_, claims_);
  auto before = std::exchange(claims_, std::move(now));
  for (const auto& [name, claim] : claims_) {
    auto old = before.find(name);
    if (old == before.end() || old->second != claim) log_claim(claim);
  }
  for (const auto& [name, claim] : before) {
    if (!claims_.contains(name))
      log::info("port.released", {{"port", claim.port.to_string()}, {"interface", name}});
  }
}

// A switch that restarts takes the numbers away for a moment and gives the same ones again: that is no
// change.
void PortTable::remember_numbers(SwitchInterfaces& interfaces) const {
  for (auto& [name, interface] : interfaces) {
    auto before = claims_.find(name);
    if (interface.ofport != 0 || before == claims_.end() || before->second.row != interface.row) continue;
    interface.ofport = before->second.ofport;
  }
}

std::map<Uuid, fabric::LocalPort> PortTable::local_ports() const {
  std::map<Uuid, fabric::LocalPort> ports;
  for (const auto& [name, claim] : claims_) {
    auto zone = zones_.zone_of(name);
    if (claim.state != Claim::State::kHere || !zone) continue;
    ports.emplace(claim.port, fabric::LocalPort{.port = claim.port,
                                                .interface = name,
                                                .ofport = static_cast<std::uint32_t>(claim.ofport),
                                                .zone = *zone});
  }
  return ports;
}

const Claim* PortTable::claim_of(const Uuid& port) const {
  for (const auto& [name, claim] : claims_) {
    if (claim.port == port && claim.state != Claim::State::kDuplicate) return &claim;
  }
  return nullptr;
}

}  // namespace weft::agent
