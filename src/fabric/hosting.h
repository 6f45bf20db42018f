#pragma once
// What this node hosts, derived from intent and plugged ports: which networks, groups and rules matter here.
// Every change of that is followed by marking the units whose flows depend on it; nothing else is ever
// marked.

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "fabric/compiler.h"
#include "fabric/features/security_group_rules.h"
#include "fabric/identity.h"
#include "fabric/served_requests.h"
#include "fabric/unit.h"

namespace weft::fabric {

/// A plugged port that takes part: bound here, it and its network present and administratively up.
struct HostedPort {
  Uuid network;
  std::uint32_t ofport = 0;
  std::set<Uuid> groups;
  bool operator==(const HostedPort&) const = default;
};

/// A rule of a group of a hosted port.
struct ActiveRule {
  model::Direction direction = model::Direction::kIngress;
  std::optional<Uuid> remote;  ///< group or address group
  RuleForm form = RuleForm::kStateful;
  bool operator==(const ActiveRule&) const = default;
};

class Hosting {
 public:
  Hosting(const model::Intent& intent, std::string node) : intent_(intent), node_(std::move(node)) {}

  void plug(const LocalPort& port);
  void unplug(const Uuid& port);
  void intent_changed(const model::Change& change);
  /// A tunnel of this encapsulation to this node came or went.
  void tunnel_changed(model::Encapsulation encapsulation, const std::string& node);
  void mark(Unit unit) { dirty_.insert(std::move(unit)); }

  /// Brings the derived state up to date; returns the units to recompute, each once.
  std::unordered_set<Unit> take_dirty();

  const LocalPort* plugged(const Uuid& port) const;
  const HostedPort* hosted(const Uuid& port) const;
  const ActiveRule* active_rule(const Uuid& rule) const;
  /// Ports hosted of a network; null for a network that does not matter here.
  const std::set<Uuid>* ports_of(const Uuid& network) const;
  const std::unordered_map<Uuid, std::set<Uuid>>& networks() const { return networks_; }
  /// Does an active rule of this direction and form name the group (or address group) as its remote?
  bool is_remote(const Uuid& group, model::Direction direction, RuleForm form) const;
  /// Is every group of the port stateless?
  bool is_stateless(const HostedPort& port) const;
  std::uint32_t group_key(const Uuid& group) const { return keys_.key(group); }
  /// Which requests are served in a hosted network.
  ServedRequests served_in(const Uuid& network) const;

 private:
  void changed(const model::ChangeOf<model::Network>& change);
  void changed(const model::ChangeOf<model::Subnet>& change);
  void changed(const model::ChangeOf<model::Port>& change);
  void changed(const model::ChangeOf<model::Address>& change);
  void changed(const model::ChangeOf<model::SecurityGroupRule>& change);
  void changed(const model::ChangeOf<model::SecurityGroup>& change);
  void changed(const model::ChangeOf<model::GroupMember>& change);
  void changed(const model::ChangeOf<model::AddressGroupEntry>& change);
  template <typename T>
  void changed(const model::ChangeOf<T>&) {}  // nothing that flows depend on

  void touch_port(const Uuid& port);
  void touch_members_of_port(const Uuid& port);
  void touch_members_of_remote(const Uuid& remote);
  void touch_network(const Uuid& network);
  void touch_rules_of(const Uuid& group);
  void touch_ports_of_group(const Uuid& group);
  void rekey(const Uuid& group);

  std::optional<HostedPort> evaluate_port(const Uuid& port) const;
  RuleForm form_of(const Uuid& group) const;
  std::optional<ActiveRule> evaluate_rule(const Uuid& rule) const;
  void refresh_port(const Uuid& port);
  void refresh_rule(const Uuid& rule);
  void refresh_key(const Uuid& group);
  void refresh_services(const Uuid& network);
  void join_network(const Uuid& network, const Uuid& port);
  void leave_network(const Uuid& network, const Uuid& port);
  void count_group(const Uuid& group, int step);
  void count_remote(const ActiveRule& rule, int step);

  const model::Intent& intent_;
  std::string node_;
  std::unordered_map<Uuid, LocalPort> plugged_;

  std::unordered_map<Uuid, HostedPort> hosted_;
  std::unordered_map<Uuid, std::set<Uuid>> networks_;
  std::unordered_map<Uuid, ServedRequests> served_;  ///< in hosted networks
  std::unordered_map<Uuid, int> groups_;             ///< hosted ports in it
  std::unordered_map<Uuid, ActiveRule> rules_;
  std::unordered_map<Uuid, std::array<std::array<int, 2>, 2>>
      remotes_;  ///< active rules that name it, by direction and form
  GroupKeys keys_;

  std::unordered_set<Uuid> stale_ports_;
  std::unordered_set<Uuid> stale_rules_;
  std::unordered_set<Uuid> stale_keys_;
  std::unordered_set<Uuid> stale_services_;  ///< networks
  std::unordered_set<Unit> dirty_;
};

}  // namespace weft::fabric
