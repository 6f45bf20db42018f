#include <fmt/format.h>

#include "base/log.h"
#include "ipam/clock.h"
#include "ipam/distributed.h"
#include "ipam/guards.h"
#include "ipam/owners.h"
#include "ipam/ports.h"
#include "ipam/retry.h"
#include "ipam/turns.h"
#include "model/subnet_services.h"

namespace weft::ipam {
namespace {

using namespace weft::model;

tl::unexpected<Error> subnet_not_found(const Uuid& id) {
  return fail(Errc::kNotFound, fmt::format("Subnet {} could not be found.", id.to_string()),
              "SubnetNotFound");
}

tl::unexpected<Error> subnet_in_use(const Uuid& id) {
  return fail(
      Errc::kConflict,
      fmt::format("Unable to complete operation on subnet {}: One or more ports have an IP allocation "
                  "from this subnet.",
                  id.to_string()),
      "SubnetInUse");
}

/// The subnet as it shall be: what the caller changed of `base`, on top of what the store has by now.
Subnet target(const Subnet& base, const Subnet& wanted, const Subnet& current) {
  Subnet after = store::rebase(base, wanted, current);
  after.id = current.id;
  after.network = current.network;
  after.cidr = current.cidr;
  after.revision = current.revision + 1;
  after.updated_at = now_micros();
  return after;
}

/// A gateway's address can't stay that of the distributed port.
Result<void> make_way_for_gateway(store::Write& write, const store::Store& store, const Subnet& subnet,
                                  const Port& port) {
  for (const Address& address : store.intent().fixed_ips(port.id)) {
    if (address.ip != subnet.gateway_ip) continue;
    WEFT_TRY(Address other, plan_distributed_address(store.intent(), store.claims(), subnet, port));
    write.remove<Address>(address.id);
    write.insert(other);
    count_revision(write, port);
  }
  return {};
}

/// Does to the distributed port what the subnet's new attributes mean for it.
Result<void> adapt_distributed_port(store::Write& write, const store::Store& store, const Subnet& after) {
  auto port = store.intent().distributed_port_of(after.id);
  if (port && after.enable_dhcp) return make_way_for_gateway(write, store, after, *port);
  if (port) remove_port(write, store.intent(), port->id);
  if (port || !after.enable_dhcp) return {};
  WEFT_TRY(PortRows rows, plan_distributed_port(store.intent(), store.claims(), after));
  write.insert(rows.port);
  for (const Address& address : rows.addresses) write.insert(address);
  return {};
}

Result<store::Write> change(const store::Store& store, const Subnet& current, const Subnet& after) {
  store::Write write;
  write.update(current, after, true);
  WEFT_CHECK(adapt_distributed_port(write, store, after));
  return write;
}

/// May the port lose its address with the subnet?
bool gives_way(const Subnet& subnet, const Port& port) {
  if (is_router_interface(port.device_owner)) return false;
  return has_auto_addresses(subnet) || goes_with_its_network(port.device_owner);
}

Result<store::Write> removal(const Intent& intent, const Subnet& subnet) {
  store::Write write;
  write.require<Subnet>(subnet.id);
  auto distributed = intent.distributed_port_of(subnet.id);
  for (const auto& [ip, id] : intent.addresses_of_subnet(subnet.id)) {
    auto port = intent.find<Port>(intent.find<Address>(id)->port);
    if (!port || (distributed && port->id == distributed->id)) continue;
    if (!gives_way(subnet, *port)) return subnet_in_use(subnet.id);
    write.remove<Address>(id);
    count_revision(write, *port);
  }
  if (distributed) remove_port(write, intent, distributed->id);
  auto network = intent.find<Network>(subnet.network);
  if (network && has_asked_for_turn(*network)) change_subnets(write, *network);
  write.remove<Subnet>(subnet.id);
  return write;
}

}  // namespace

Task<void> update_subnet(store::Store& store, SubnetChange wanted) {
  const Uuid id = wanted.after.id;
  const auto base = store.intent().find<Subnet>(id);
  if (!base) co_return subnet_not_found(id);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (int attempt = 1;; ++attempt) {
    auto current = store.intent().find<Subnet>(id);
    if (!current) co_return subnet_not_found(id);
    WEFT_CO_CHECK(check_revision(wanted.if_revision, current->revision));
    Subnet after = target(*base, wanted.after, *current);
    if (wanted.check) {
      WEFT_CO_CHECK(wanted.check(after));
    }
    WEFT_CO_TRY(auto write, change(store, *current, after));
    auto committed = co_await store.commit(write);
    if (committed) co_return Result<void>();
    if (!worth_another_try(committed.error(), attempt, deadline))
      co_return fail(after_last_try(committed.error()));
    co_await pause_before_retry(attempt);
  }
}

Task<void> delete_subnet(store::Store& store, Uuid id) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (int attempt = 1;; ++attempt) {
    auto subnet = store.intent().find<Subnet>(id);
    if (!subnet) co_return subnet_not_found(id);
    WEFT_CO_TRY(auto write, removal(store.intent(), *subnet));
    auto committed = co_await store.commit(write);
    if (committed) co_return Result<void>();
    if (!worth_another_try(committed.error(), attempt, deadline))
      co_return fail(after_last_try(committed.error()));
    co_await pause_before_retry(attempt);
    if (attempt % kTriesBeforeTurn == 0) {
      auto asked = co_await ask_for_turn(store, subnet->network);
      if (!asked) log::debug("ipam.turn_lost", {{"subnet", id.to_string()}});
    }
  }
}

}  // namespace weft::ipam
