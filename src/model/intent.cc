#include "model/intent.h"

#include <algorithm>
#include <type_traits>

#include "model/intent_indexes.h"

namespace weft::model {

Intent::Intent() : indexes_(std::make_unique<Indexes>()) {}
Intent::~Intent() = default;

template <typename T>
Change Intent::put(T object) {
  auto after = std::make_shared<const T>(std::move(object));
  auto& slot = std::get<Rows<T>>(rows_)[after->id];
  ChangeOf<T> change{std::exchange(slot, after), after};
  if (change.before) indexes_->remove(*change.before);
  indexes_->add(*after);
  return change;
}

template <typename T>
std::optional<Change> Intent::erase(const Uuid& id) {
  auto& rows = std::get<Rows<T>>(rows_);
  auto it = rows.find(id);
  if (it == rows.end()) return std::nullopt;
  ChangeOf<T> change{std::move(it->second), nullptr};
  rows.erase(it);
  indexes_->remove(*change.before);
  return change;
}

#define WEFT_INSTANTIATE(T)          \
  template Change Intent::put<T>(T); \
  template std::optional<Change> Intent::erase<T>(const Uuid&);
WEFT_INSTANTIATE(Network)
WEFT_INSTANTIATE(Subnet)
WEFT_INSTANTIATE(Port)
WEFT_INSTANTIATE(Address)
WEFT_INSTANTIATE(SecurityGroup)
WEFT_INSTANTIATE(SecurityGroupRule)
WEFT_INSTANTIATE(GroupMember)
WEFT_INSTANTIATE(AddressGroup)
WEFT_INSTANTIATE(AddressGroupEntry)
WEFT_INSTANTIATE(Binding)
WEFT_INSTANTIATE(Node)
WEFT_INSTANTIATE(Heartbeat)
#undef WEFT_INSTANTIATE

const IdSet& Intent::subnets_of(const Uuid& network) const {
  return indexes_->subnets_by_network.at(network);
}
const IdSet& Intent::ports_of(const Uuid& network) const {
  return indexes_->ports_by_network.at(network);
}
const IdSet& Intent::ports_on(const std::string& host) const {
  return indexes_->ports_by_host.at(host);
}
const IdSet& Intent::addresses_of_port(const Uuid& port) const {
  return indexes_->addresses_by_port.at(port);
}
const IdSet& Intent::rules_of(const Uuid& group) const {
  return indexes_->rules_by_group.at(group);
}
const IdSet& Intent::rules_with_remote(const Uuid& group) const {
  return indexes_->rules_by_remote.at(group);
}
const IdSet& Intent::rules_with_address_group(const Uuid& address_group) const {
  return indexes_->rules_by_address_group.at(address_group);
}
const IdSet& Intent::entries_of(const Uuid& address_group) const {
  return indexes_->entries_by_address_group.at(address_group);
}
const IdSet& Intent::memberships_of_group(const Uuid& group) const {
  return indexes_->members_by_group.at(group);
}
const IdSet& Intent::memberships_of_port(const Uuid& port) const {
  return indexes_->members_by_port.at(port);
}
const IdSet& Intent::bindings_of(const Uuid& port) const {
  return indexes_->bindings_by_port.at(port);
}

const std::map<std::string, int>& Intent::hosts_of(const Uuid& network) const {
  static const std::map<std::string, int> kEmpty;
  auto it = indexes_->hosts_by_network.find(network);
  return it == indexes_->hosts_by_network.end() ? kEmpty : it->second;
}

const std::map<IpAddress, Uuid>& Intent::addresses_of_subnet(const Uuid& subnet) const {
  static const std::map<IpAddress, Uuid> kEmpty;
  auto it = indexes_->addresses_by_subnet.find(subnet);
  return it == indexes_->addresses_by_subnet.end() ? kEmpty : it->second;
}

template <typename T>
const IdSet& Intent::named(const std::string& name) const {
  if constexpr (std::is_same_v<T, Network>) return indexes_->network_names.at(name);
  if constexpr (std::is_same_v<T, Subnet>) return indexes_->subnet_names.at(name);
  if constexpr (std::is_same_v<T, Port>) return indexes_->port_names.at(name);
  if constexpr (std::is_same_v<T, SecurityGroup>) return indexes_->group_names.at(name);
  if constexpr (std::is_same_v<T, SecurityGroupRule>) return indexes_->rule_names.at(name);
  if constexpr (std::is_same_v<T, AddressGroup>) return indexes_->address_group_names.at(name);
}
template const IdSet& Intent::named<Network>(const std::string&) const;
template const IdSet& Intent::named<Subnet>(const std::string&) const;
template const IdSet& Intent::named<Port>(const std::string&) const;
template const IdSet& Intent::named<SecurityGroup>(const std::string&) const;
template const IdSet& Intent::named<SecurityGroupRule>(const std::string&) const;
template const IdSet& Intent::named<AddressGroup>(const std::string&) const;

Ref<Port> Intent::distributed_port_of(const Uuid& subnet) const {
  const Uuid* id = indexes_->distributed_ports.find(subnet);
  return id ? find<Port>(*id) : nullptr;
}

Ref<Port> Intent::port_by_mac(const Uuid& network, const MacAddress& mac) const {
  const Uuid* id = indexes_->port_macs.find({network, mac.to_u64()});
  return id ? find<Port>(*id) : nullptr;
}

Ref<SecurityGroup> Intent::default_group_of(const std::string& project) const {
  const Uuid* id = indexes_->default_groups.find(project);
  return id ? find<SecurityGroup>(*id) : nullptr;
}

Ref<Node> Intent::node_named(const std::string& name) const {
  const Uuid* id = indexes_->node_names.find(name);
  return id ? find<Node>(*id) : nullptr;
}

Ref<Network> Intent::network_by_vni(Encapsulation encapsulation, std::int64_t vni) const {
  const Uuid* id =
      indexes_->network_vnis.find({static_cast<int>(encapsulation), static_cast<std::uint64_t>(vni)});
  return id ? find<Network>(*id) : nullptr;
}

std::vector<Address> Intent::fixed_ips(const Uuid& port) const {
  std::vector<Address> result;
  for (const Uuid& id : addresses_of_port(port)) result.push_back(*find<Address>(id));
  std::sort(result.begin(), result.end(), [](const Address& a, const Address& b) {
    return std::tie(a.subnet, a.ip) < std::tie(b.subnet, b.ip);
  });
  return result;
}

std::vector<Uuid> Intent::groups_of_port(const Uuid& port) const {
  std::vector<Uuid> result;
  for (const Uuid& id : memberships_of_port(port)) result.push_back(find<GroupMember>(id)->group);
  std::sort(result.begin(), result.end());
  return result;
}

Ref<Binding> Intent::binding_of(const Port& port) const {
  for (const Uuid& id : bindings_of(port.id)) {
    auto binding = find<Binding>(id);
    if (!port.host.empty() && binding->host == port.host) return binding;
  }
  return nullptr;
}

}  // namespace weft::model
