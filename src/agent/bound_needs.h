#pragma once
// What the ports bound to a node need of the store, counted: one port's change costs no look at the others.

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/intent.h"

namespace weft::agent {

class BoundNeeds {
 public:
  /// The intent must outlive this.
  BoundNeeds(const model::Intent& intent, std::string node) : intent_(intent), node_(std::move(node)) {}

  /// To be called after every change of the intent, also of its first content.
  void intent_changed(const model::IntentChanges& changes);

  /// How many bound ports need each network, each group.
  const std::map<Uuid, int>& networks() const { return networks_; }
  const std::map<Uuid, int>& groups() const { return groups_; }
  /// How many rules of those groups name each address group.
  const std::map<Uuid, int>& address_groups() const { return address_groups_; }

 private:
  struct Needs {
    Uuid network;
    std::vector<Uuid> groups;
  };
  using AddressGroupByRule = std::unordered_map<Uuid, Uuid>;

  void reread(const Uuid& port);
  void drop(const Uuid& port);
  void need_group(const Uuid& group);
  void release_group(const Uuid& group);
  void reread_rule(const model::SecurityGroupRule& rule);
  void count_rule(const Uuid& rule, AddressGroupByRule& named);

  const model::Intent& intent_;
  std::string node_;
  std::unordered_map<Uuid, Needs> by_port_;
  std::unordered_map<Uuid, AddressGroupByRule> named_by_group_;  ///< of the needed groups
  std::map<Uuid, int> networks_;
  std::map<Uuid, int> groups_;
  std::map<Uuid, int> address_groups_;
};

}  // namespace weft::agent
