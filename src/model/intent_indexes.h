#pragma once
// The look-up tables behind Intent. Each object is added and removed as a whole: a change is remove(before),
// add(after).

#include <utility>

#include "model/intent.h"

namespace weft::model {

struct KeyHash {
  std::size_t operator()(const Uuid& id) const { return std::hash<Uuid>{}(id); }
  std::size_t operator()(const std::string& text) const { return std::hash<std::string>{}(text); }
  template <typename T>
  std::size_t operator()(const std::pair<T, std::uint64_t>& key) const {
    return std::hash<T>{}(key.first) ^ (key.second * 0x9e3779b97f4a7c15ULL);
  }
};

/// Key -> ids of the objects that have it.
template <typename Key>
class SetIndex {
 public:
  void add(const Key& key, const Uuid& id) { ids_[key].insert(id); }
  void remove(const Key& key, const Uuid& id) {
    auto it = ids_.find(key);
    if (it == ids_.end()) return;
    it->second.erase(id);
    if (it->second.empty()) ids_.erase(it);
  }
  const IdSet& at(const Key& key) const {
    static const IdSet kEmpty;
    auto it = ids_.find(key);
    return it == ids_.end() ? kEmpty : it->second;
  }

 private:
  std::unordered_map<Key, IdSet, KeyHash> ids_;
};

/// Key -> the one object that has it. Within one commit a key may pass from one object to another in either
/// order, so an object only takes away what is still its own.
template <typename Key>
class UniqueIndex {
 public:
  void add(const Key& key, const Uuid& id) { ids_[key] = id; }
  void remove(const Key& key, const Uuid& id) {
    auto it = ids_.find(key);
    if (it != ids_.end() && it->second == id) ids_.erase(it);
  }
  const Uuid* find(const Key& key) const {
    auto it = ids_.find(key);
    return it == ids_.end() ? nullptr : &it->second;
  }

 private:
  std::unordered_map<Key, Uuid, KeyHash> ids_;
};

struct Intent::Indexes {
  SetIndex<Uuid> subnets_by_network, ports_by_network, addresses_by_port;
  SetIndex<Uuid> rules_by_group, rules_by_remote, rules_by_address_group, entries_by_address_group,
      members_by_group, members_by_port, bindings_by_port;
  SetIndex<std::string> ports_by_host;
  std::unordered_map<Uuid, std::map<std::string, int>> hosts_by_network;
  std::unordered_map<Uuid, std::map<IpAddress, Uuid>> addresses_by_subnet;
  SetIndex<std::string> network_names, subnet_names, port_names, group_names, rule_names, address_group_names;
  UniqueIndex<std::pair<Uuid, std::uint64_t>> port_macs;
  UniqueIndex<Uuid> distributed_ports;  ///< by the subnet that they serve
  UniqueIndex<std::pair<int, std::uint64_t>> network_vnis;
  UniqueIndex<std::string> default_groups, node_names;

  void add(const Network& n);
  void remove(const Network& n);
  void add(const Subnet& s);
  void remove(const Subnet& s);
  void add(const Port& p);
  void remove(const Port& p);
  void add(const Address& a);
  void remove(const Address& a);
  void add(const SecurityGroup& g);
  void remove(const SecurityGroup& g);
  void add(const SecurityGroupRule& r);
  void remove(const SecurityGroupRule& r);
  void add(const GroupMember& m);
  void remove(const GroupMember& m);
  void add(const AddressGroup& g);
  void remove(const AddressGroup& g);
  void add(const AddressGroupEntry& e);
  void remove(const AddressGroupEntry& e);
  void add(const Binding& b);
  void remove(const Binding& b);
  void add(const Node& n);
  void remove(const Node& n);
  void add(const Heartbeat&) {}
  void remove(const Heartbeat&) {}
};

}  // namespace weft::model
