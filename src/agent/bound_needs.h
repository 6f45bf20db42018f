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

 private:
  struct Needs {
    Uuid network;
    std::vector<Uuid> groups;
  };

  void reread(const Uuid& port);
  void drop(const Uuid& port);

  const model::Intent& intent_;
  std::string node_;
  std::unordered_map<Uuid, Needs> by_port_;
  std::map<Uuid, int> networks_;
  std::map<Uuid, int> groups_;
};

}  // namespace weft::agent
