#include "model/intent_indexes.h"

#include "model/subnet_services.h"

namespace weft::model {
namespace {

std::pair<int, std::uint64_t> vni_key(const Network& n) {
  return {static_cast<int>(n.encapsulation), static_cast<std::uint64_t>(n.vni)};
}

/// The project of "default/PROJECT".
std::string project_of_key(const std::string& key) {
  return key.substr(key.find('/') + 1);
}

}  // namespace

void Intent::Indexes::add(const Network& n) {
  network_names.add(n.name, n.id);
  network_vnis.add(vni_key(n), n.id);
}

void Intent::Indexes::remove(const Network& n) {
  network_names.remove(n.name, n.id);
  network_vnis.remove(vni_key(n), n.id);
}

void Intent::Indexes::add(const Subnet& s) {
  subnet_names.add(s.name, s.id);
  subnets_by_network.add(s.network, s.id);
}

void Intent::Indexes::remove(const Subnet& s) {
  subnet_names.remove(s.name, s.id);
  subnets_by_network.remove(s.network, s.id);
}

void Intent::Indexes::add(const Port& p) {
  port_names.add(p.name, p.id);
  ports_by_network.add(p.network, p.id);
  port_macs.add({p.network, p.mac.to_u64()}, p.id);
  if (const auto subnet = served_subnet(p)) distributed_ports.add(*subnet, p.id);
  if (p.host.empty()) return;
  ports_by_host.add(p.host, p.id);
  ++hosts_by_network[p.network][p.host];
}

void Intent::Indexes::remove(const Port& p) {
  port_names.remove(p.name, p.id);
  ports_by_network.remove(p.network, p.id);
  port_macs.remove({p.network, p.mac.to_u64()}, p.id);
  if (const auto subnet = served_subnet(p)) distributed_ports.remove(*subnet, p.id);
  if (p.host.empty()) return;
  ports_by_host.remove(p.host, p.id);
  auto& hosts = hosts_by_network[p.network];
  if (--hosts[p.host] == 0) hosts.erase(p.host);
  if (hosts.empty()) hosts_by_network.erase(p.network);
}

void Intent::Indexes::add(const Address& a) {
  addresses_by_port.add(a.port, a.id);
  addresses_by_subnet[a.subnet][a.ip] = a.id;
}

void Intent::Indexes::remove(const Address& a) {
  addresses_by_port.remove(a.port, a.id);
  auto& used = addresses_by_subnet[a.subnet];
  auto it = used.find(a.ip);
  if (it != used.end() && it->second == a.id) used.erase(it);  // as UniqueIndex: it may be another's by now
  if (used.empty()) addresses_by_subnet.erase(a.subnet);
}

void Intent::Indexes::add(const SecurityGroup& g) {
  group_names.add(g.name, g.id);
  if (g.is_default()) default_groups.add(project_of_key(g.key), g.id);
}

void Intent::Indexes::remove(const SecurityGroup& g) {
  group_names.remove(g.name, g.id);
  if (g.is_default()) default_groups.remove(project_of_key(g.key), g.id);
}

void Intent::Indexes::add(const SecurityGroupRule& r) {
  rule_names.add(r.name, r.id);
  rules_by_group.add(r.group, r.id);
  if (r.remote_group) rules_by_remote.add(*r.remote_group, r.id);
  if (r.remote_address_group) rules_by_address_group.add(*r.remote_address_group, r.id);
}

void Intent::Indexes::remove(const SecurityGroupRule& r) {
  rule_names.remove(r.name, r.id);
  rules_by_group.remove(r.group, r.id);
  if (r.remote_group) rules_by_remote.remove(*r.remote_group, r.id);
  if (r.remote_address_group) rules_by_address_group.remove(*r.remote_address_group, r.id);
}

void Intent::Indexes::add(const GroupMember& m) {
  members_by_group.add(m.group, m.id);
  members_by_port.add(m.port, m.id);
}

void Intent::Indexes::remove(const GroupMember& m) {
  members_by_group.remove(m.group, m.id);
  members_by_port.remove(m.port, m.id);
}

void Intent::Indexes::add(const AddressGroup& g) {
  address_group_names.add(g.name, g.id);
}
void Intent::Indexes::remove(const AddressGroup& g) {
  address_group_names.remove(g.name, g.id);
}
void Intent::Indexes::add(const AddressGroupEntry& e) {
  entries_by_address_group.add(e.address_group, e.id);
}
void Intent::Indexes::remove(const AddressGroupEntry& e) {
  entries_by_address_group.remove(e.address_group, e.id);
}
void Intent::Indexes::add(const Binding& b) {
  bindings_by_port.add(b.port, b.id);
}
void Intent::Indexes::remove(const Binding& b) {
  bindings_by_port.remove(b.port, b.id);
}
void Intent::Indexes::add(const Node& n) {
  node_names.add(n.name, n.id);
}
void Intent::Indexes::remove(const Node& n) {
  node_names.remove(n.name, n.id);
}

}  // namespace weft::model
