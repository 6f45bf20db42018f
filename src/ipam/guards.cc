#include "ipam/guards.h"

#include <fmt/format.h>

#include "ipam/clock.h"
#include "ipam/turns.h"

namespace weft::ipam {

using namespace weft::model;
using ovsdb::Atom;
using ovsdb::Datum;

Result<void> check_revision(std::optional<std::int64_t> wanted, std::int64_t current) {
  if (!wanted || *wanted == current) return {};
  return fail(Errc::kConflict, fmt::format("Constrained to {}, but current revision is {}", *wanted, current),
              "RevisionNumberConstraintFailed");
}

void require_same_mtu(store::Write& write, const Network& network) {
  write.require<Network>(network.id, {{"mtu", Datum(Atom(std::int64_t{network.mtu}))}});
}

void require_same_subnets(store::Write& write, const Network& network) {
  write.require<Network>(network.id, {{"subnet_serial", Datum(Atom(network.subnet_serial))}});
}

void change_subnets(store::Write& write, const Network& network) {
  Network after = network;
  after.subnet_serial = has_asked_for_turn(network) ? -network.subnet_serial : network.subnet_serial + 1;
  require_same_subnets(write, network);
  write.update(network, after);
}

void count_revision(store::Write& write, const Port& port) {
  auto& transaction = write.transaction();
  const auto table = store::table_of<Port>();
  transaction.mutate(table, port.id, "revision", "+=", Datum(Atom(std::int64_t{1})));
  transaction.update(table, port.id, {{"updated_at", Datum(Atom(now_micros()))}}, false);
}

void remove_port(store::Write& write, const Intent& intent, const Uuid& port) {
  for (const Uuid& id : intent.addresses_of_port(port)) write.remove<Address>(id);
  for (const Uuid& id : intent.memberships_of_port(port)) write.remove<GroupMember>(id);
  for (const Uuid& id : intent.bindings_of(port)) write.remove<Binding>(id);
  write.remove<Port>(port);
}

}  // namespace weft::ipam
