#include "store/scope.h"

#include "store/rows.h"

namespace weft::store {
namespace {

using Clauses = std::vector<ovsdb::Clause>;

void add_equal(Clauses& clauses, const char* column, const std::set<Uuid>& ids) {
  for (const Uuid& id : ids) clauses.push_back({column, "==", ovsdb::Datum(ovsdb::Atom(id))});
}

Clauses any_of(const char* column, const std::set<Uuid>& ids) {
  Clauses clauses;
  add_equal(clauses, column, ids);
  return clauses;
}

template <typename... T>
std::vector<std::string> tables() {
  return {std::string(table_of<T>())...};
}

}  // namespace

std::map<std::string, Clauses> conditions_of(const Scope& scope, const Interest& interest) {
  using namespace weft::model;
  Clauses here{{"host", "==", ovsdb::Datum(ovsdb::Atom(scope.host))}};
  Clauses ports = here;
  add_equal(ports, "network", interest.networks);
  add_equal(ports, "_uuid", interest.ports);
  auto of_network = any_of("network", interest.networks);
  std::map<std::string, Clauses> where;
  auto set = [&where](std::string_view table, Clauses clauses) {
    where[std::string(table)] = std::move(clauses);
  };
  set(table_of<Network>(), any_of("_uuid", interest.networks));
  set(table_of<Subnet>(), of_network);
  set(table_of<Port>(), std::move(ports));
  set(table_of<Address>(), of_network);
  set(table_of<GroupMember>(), of_network);
  set(table_of<Binding>(), std::move(here));
  set(table_of<SecurityGroup>(), any_of("_uuid", interest.groups));
  set(table_of<SecurityGroupRule>(), any_of("group", interest.groups));
  set(table_of<AddressGroup>(), any_of("_uuid", interest.address_groups));
  set(table_of<AddressGroupEntry>(), any_of("address_group", interest.address_groups));
  return where;
}

std::vector<ovsdb::TableMonitor> monitors_of(const Scope& scope) {
  using namespace weft::model;
  std::vector<ovsdb::TableMonitor> monitors;
  if (scope.host.empty()) {
    for (auto& table : tables<Network, Subnet, Port, Address, SecurityGroup, SecurityGroupRule, GroupMember,
                              AddressGroup, AddressGroupEntry, Binding, Node>())
      monitors.push_back({.table = table});
  } else {
    for (auto& [table, where] : conditions_of(scope, {}))
      monitors.push_back({.table = table, .only_matching = true, .where = where});
    monitors.push_back({.table = std::string(table_of<Node>())});
  }
  if (scope.heartbeats) monitors.push_back({.table = std::string(table_of<Heartbeat>())});
  return monitors;
}

}  // namespace weft::store
