#pragma once
// Everything that is known of the intent, in memory, with the look-ups that front doors and compiler need.
// Filled by src/store from the replica, or by a test row by row. Objects are immutable: a change puts a new
// one in place.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "model/network.h"
#include "model/security.h"

namespace weft::model {

template <typename T>
using Ref = std::shared_ptr<const T>;
template <typename T>
using Rows = std::unordered_map<Uuid, Ref<T>>;
using IdSet = std::unordered_set<Uuid>;

/// One object's change. Made: `before` is null. Gone (or no longer watched): `after` is null.
template <typename T>
struct ChangeOf {
  Ref<T> before;
  Ref<T> after;
};
using Change = std::variant<ChangeOf<Network>, ChangeOf<Subnet>, ChangeOf<Port>, ChangeOf<Address>,
                            ChangeOf<SecurityGroup>, ChangeOf<SecurityGroupRule>, ChangeOf<GroupMember>,
                            ChangeOf<AddressGroup>, ChangeOf<AddressGroupEntry>, ChangeOf<Binding>,
                            ChangeOf<Node>, ChangeOf<Heartbeat>>;
using IntentChanges = std::vector<Change>;

class Intent {
 public:
  Intent();
  ~Intent();

  /// Puts an object in place of the one with its id, if any.
  template <typename T>
  Change put(T object);
  /// Takes an object out; nothing when there is none.
  template <typename T>
  std::optional<Change> erase(const Uuid& id);

  /// The object, or null.
  template <typename T>
  Ref<T> find(const Uuid& id) const {
    const auto& rows = all<T>();
    auto it = rows.find(id);
    return it == rows.end() ? nullptr : it->second;
  }
  template <typename T>
  const Rows<T>& all() const {
    return std::get<Rows<T>>(rows_);
  }

  // Look-ups: sets of ids, empty where there is nothing. O(1) each.
  const IdSet& subnets_of(const Uuid& network) const;
  const IdSet& ports_of(const Uuid& network) const;
  const IdSet& ports_on(const std::string& host) const;
  /// The nodes that ports of this network are bound to, with how many ports each.
  const std::map<std::string, int>& hosts_of(const Uuid& network) const;
  const IdSet& addresses_of_port(const Uuid& port) const;
  /// Used addresses of a subnet in numeric order, with the Address row's id.
  const std::map<IpAddress, Uuid>& addresses_of_subnet(const Uuid& subnet) const;
  const IdSet& rules_of(const Uuid& group) const;
  /// Rules anywhere that name this group as their remote group.
  const IdSet& rules_with_remote(const Uuid& group) const;
  /// Rules anywhere that name this address group as their remote.
  const IdSet& rules_with_address_group(const Uuid& address_group) const;
  const IdSet& entries_of(const Uuid& address_group) const;    ///< AddressGroupEntry ids
  const IdSet& memberships_of_group(const Uuid& group) const;  ///< GroupMember ids
  const IdSet& memberships_of_port(const Uuid& port) const;    ///< GroupMember ids
  const IdSet& bindings_of(const Uuid& port) const;
  /// Ids of objects of type T with this name.
  template <typename T>
  const IdSet& named(const std::string& name) const;
  /// The port whose address every node answers for in a subnet with DHCP; null when there is none.
  Ref<Port> distributed_port_of(const Uuid& subnet) const;
  Ref<Port> port_by_mac(const Uuid& network, const MacAddress& mac) const;
  Ref<SecurityGroup> default_group_of(const std::string& project) const;
  Ref<Node> node_named(const std::string& name) const;
  Ref<Network> network_by_vni(Encapsulation encapsulation, std::int64_t vni) const;

  /// Convenience of the above: addresses of a port in subnet-then-number order, as values.
  std::vector<Address> fixed_ips(const Uuid& port) const;
  std::vector<Uuid> groups_of_port(const Uuid& port) const;
  /// The binding that counts for the port's status: the one of the host it is bound to; null when there is
  /// none.
  Ref<Binding> binding_of(const Port& port) const;

 private:
  struct Indexes;
  std::tuple<Rows<Network>, Rows<Subnet>, Rows<Port>, Rows<Address>, Rows<SecurityGroup>,
             Rows<SecurityGroupRule>, Rows<GroupMember>, Rows<AddressGroup>, Rows<AddressGroupEntry>,
             Rows<Binding>, Rows<Node>, Rows<Heartbeat>>
      rows_;
  std::unique_ptr<Indexes> indexes_;
};

}  // namespace weft::model
