#include "ipam/ports.h"

#include <fmt/format.h>

#include "ipam/clock.h"
#include "ipam/distributed.h"
#include "ipam/groups.h"
#include "ipam/guards.h"
#include "ipam/plan.h"
#include "ipam/retry.h"
#include "ipam/turns.h"
#include "store/conflict.h"

namespace weft::ipam {
namespace {

using namespace weft::model;
using Kind = store::Conflict::Kind;
using DefaultGroups = std::map<std::string, Uuid>;

tl::unexpected<Error> port_not_found(const Uuid& id) {
  return fail(Errc::kNotFound, fmt::format("Port {} could not be found.", id.to_string()), "PortNotFound");
}

/// The store's refusal in Neutron's words, for races that were lost until patience ended.
Error in_neutron_words(const Error& error) {
  auto conflict = store::read_conflict(error);
  if (conflict.kind == Kind::kPrecondition) return after_last_try(error);
  if (conflict.kind != Kind::kIndex) return error;
  if (conflict.table == "Address")
    return {Errc::kConflict, "An IP address of the port is already allocated.", "IpAddressAlreadyAllocated"};
  if (conflict.table == "Port")
    return {Errc::kConflict, "The MAC address of the port is in use.", "MacAddressInUse"};
  return error;
}

void stamp_creation(Port& port) {
  if (port.created_at == 0) port.created_at = now_micros();
  if (port.updated_at == 0) port.updated_at = port.created_at;
  if (port.revision == 0) port.revision = 1;
}

Task<DefaultGroups> default_groups(store::Store& store, std::vector<std::string> projects) {
  DefaultGroups groups;
  for (const std::string& project : projects) {
    if (groups.contains(project)) continue;
    auto known = store.intent().default_group_of(project);
    if (known) {
      groups[project] = known->id;
    } else {
      WEFT_CO_TRY(auto made, co_await ensure_default_group(store, project));
      groups[project] = made;
    }
  }
  co_return groups;
}

Result<std::vector<PortRows>> plan_all(const store::Store& store, const std::vector<PortRequest>& requests,
                                       const DefaultGroups& groups) {
  PortPlanner planner(store.intent(), store.claims());
  std::vector<PortRows> planned;
  for (const PortRequest& request : requests) {
    auto group = groups.find(request.port.project_id);
    WEFT_TRY(
        PortRows rows,
        planner.create(request, group == groups.end() ? std::nullopt : std::optional<Uuid>(group->second)));
    planned.push_back(std::move(rows));
  }
  return planned;
}

void insert_parts(store::Write& write, const PortRows& rows) {
  for (const Address& address : rows.addresses) write.insert(address);
  for (const GroupMember& member : rows.memberships) write.insert(member);
}

std::vector<Uuid> groups_of(const PortRows& rows) {
  std::vector<Uuid> groups;
  for (const GroupMember& member : rows.memberships) groups.push_back(member.group);
  return groups;
}

/// Which addresses a port gets depends on which subnets there are.
void require_planned_subnets(store::Write& write, const Intent& intent,
                             const std::vector<PortRequest>& requests) {
  std::set<Uuid> networks;
  for (const PortRequest& request : requests) {
    const bool wants_none = request.fixed_ips && request.fixed_ips->empty();
    if (wants_none || !networks.insert(request.port.network).second) continue;
    auto network = intent.find<Network>(request.port.network);
    if (has_asked_for_turn(*network))
      change_subnets(write, *network);  // it was waited for in vain
    else
      require_same_subnets(write, *network);
  }
}

/// The rows that belong to a port and refer to it.
struct Parts {
  std::vector<Uuid> addresses, memberships, bindings;
};

Parts known_parts(const Intent& intent, const Uuid& port) {
  auto list = [](const IdSet& ids) { return std::vector<Uuid>(ids.begin(), ids.end()); };
  return {list(intent.addresses_of_port(port)), list(intent.memberships_of_port(port)),
          list(intent.bindings_of(port))};
}

template <typename T>
std::vector<Uuid> ids_of(const std::vector<T>& objects) {
  std::vector<Uuid> ids;
  for (const T& object : objects) ids.push_back(object.id);
  return ids;
}

/// The same from the store itself: an agent does not see what other nodes say of a port.
Task<Parts> all_parts(store::Store& store, Uuid port) {
  std::vector<ovsdb::Clause> of_port{{"port", "==", ovsdb::Datum(ovsdb::Atom(port))}};
  WEFT_CO_TRY(auto addresses, co_await store.query<Address>(of_port));
  WEFT_CO_TRY(auto memberships, co_await store.query<GroupMember>(of_port));
  WEFT_CO_TRY(auto bindings, co_await store.query<Binding>(of_port));
  co_return Parts{ids_of(addresses), ids_of(memberships), ids_of(bindings)};
}

store::Write removal(const Uuid& port, const Parts& parts) {
  store::Write write;
  write.require<Port>(port);
  for (const Uuid& id : parts.addresses) write.remove<Address>(id);
  for (const Uuid& id : parts.memberships) write.remove<GroupMember>(id);
  for (const Uuid& id : parts.bindings) write.remove<Binding>(id);
  write.remove<Port>(port);
  return write;
}

/// The port as it shall be: what the caller changed of `base`, on top of what the store has by now.
Port target(const Port& base, const Port& wanted, const Port& current) {
  Port after = store::rebase(base, wanted, current);
  after.id = current.id;
  after.network = current.network;
  after.revision = current.revision + 1;
  after.updated_at = now_micros();
  return after;
}

store::Write changes(const Port& current, const PortPlanner::Change& plan) {
  store::Write write;
  write.update(current, plan.rows.port, true);
  for (const Uuid& id : plan.removed_addresses) write.remove<Address>(id);
  for (const Uuid& id : plan.removed_memberships) write.remove<GroupMember>(id);
  insert_parts(write, plan.rows);
  return write;
}

}  // namespace

Task<std::vector<PortRows>> create_ports(store::Store& store, std::vector<PortRequest> requests) {
  std::vector<std::string> projects;
  std::vector<Uuid> named_groups, networks;
  for (PortRequest& request : requests) {
    stamp_creation(request.port);
    WEFT_CO_CHECK(check_ordinary(request.port));
    WEFT_CO_CHECK(check_port_security(request.port, request.groups, false));
    networks.push_back(request.port.network);
    if (wants_default_group(request)) projects.push_back(request.port.project_id);
    if (request.groups)
      named_groups.insert(named_groups.end(), request.groups->begin(), request.groups->end());
  }
  Error lost;
  for (int attempt = 1; attempt <= kTries; ++attempt) {
    WEFT_CO_CHECK(co_await require_groups(store, named_groups));
    WEFT_CO_TRY(auto groups, co_await default_groups(store, projects));
    co_await let_subnets_go_first(store, networks);
    // From here to commit() nothing else runs: a choice and its claim are one step.
    WEFT_CO_TRY(auto planned, plan_all(store, requests, groups));
    store::Write write;
    require_planned_subnets(write, store.intent(), requests);
    for (const PortRows& rows : planned) {
      write.insert(rows.port);
      insert_parts(write, rows);
      require_one_kind(write, store.intent(), groups_of(rows));
    }
    auto committed = co_await store.commit(write);
    if (committed) co_return planned;
    lost = committed.error();
    if (lost.code != Errc::kConflict) break;
    co_await pause_before_retry(attempt);
  }
  co_return fail(in_neutron_words(lost));
}

Task<void> update_port(store::Store& store, PortChange change) {
  const auto base = store.intent().find<Port>(change.id);
  if (!base) co_return port_not_found(change.id);
  const Port wanted = change.after;
  WEFT_CO_CHECK(check_may_update(*base));
  WEFT_CO_CHECK(check_ordinary(wanted));
  const std::vector<Uuid> named_groups = change.groups.value_or(std::vector<Uuid>{});
  WEFT_CO_CHECK(
      check_port_security(wanted, change.groups, !store.intent().memberships_of_port(change.id).empty()));
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (int attempt = 1;; ++attempt) {
    WEFT_CO_CHECK(co_await require_groups(store, named_groups));
    auto current = store.intent().find<Port>(change.id);
    if (!current) co_return port_not_found(change.id);
    WEFT_CO_CHECK(check_revision(change.if_revision, current->revision));
    change.after = target(*base, wanted, *current);
    if (change.revise) {
      WEFT_CO_CHECK(change.revise(change.after));
    }
    PortPlanner planner(store.intent(), store.claims());
    WEFT_CO_TRY(auto plan, planner.update(*current, change));
    store::Write write = changes(*current, plan);
    require_one_kind(write, store.intent(), named_groups);
    if (change.fixed_ips || change.after.mac != current->mac)
      require_same_subnets(write, *store.intent().find<Network>(current->network));
    auto committed = co_await store.commit(write);
    if (committed) co_return Result<void>();
    if (!worth_another_try(committed.error(), attempt, deadline))
      co_return fail(in_neutron_words(committed.error()));
    co_await pause_before_retry(attempt);
  }
}

Task<void> delete_port(store::Store& store, Uuid id) {
  const auto port = store.intent().find<Port>(id);
  if (!port) co_return port_not_found(id);
  WEFT_CO_CHECK(check_may_delete(*port));
  Parts parts = known_parts(store.intent(), id);
  Error lost;
  for (int attempt = 1; attempt <= kTries; ++attempt) {
    store::Write write = removal(id, parts);
    auto committed = co_await store.commit(write);
    if (committed) co_return Result<void>();
    lost = committed.error();
    auto kind = store::read_conflict(lost).kind;
    if (kind == Kind::kPrecondition) co_return port_not_found(id);
    if (kind != Kind::kStillReferenced) break;
    WEFT_CO_TRY(parts, co_await all_parts(store, id));
  }
  co_return fail(lost);
}

}  // namespace weft::ipam
