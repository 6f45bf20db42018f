#include <fmt/format.h>

#include <random>
#include <set>

#include "ipam/clock.h"
#include "ipam/guards.h"
#include "ipam/network_mtu.h"
#include "ipam/owners.h"
#include "ipam/ports.h"
#include "ipam/retry.h"
#include "store/conflict.h"

namespace weft::ipam {
namespace {

using namespace weft::model;
using Vnis = std::set<std::pair<Encapsulation, std::int64_t>>;

constexpr int kVniTries = 64;

/// A VNI that no network of this encapsulation has; nothing when chance does not find one among 2^24.
std::optional<std::int64_t> free_vni(const Intent& intent, Encapsulation encapsulation, const Vnis& taken) {
  static thread_local std::mt19937_64 generator{std::random_device{}()};
  std::uniform_int_distribution<std::int64_t> any(1, kMaxVni);
  for (int i = 0; i < kVniTries; ++i) {
    const std::int64_t vni = any(generator);
    if (!intent.network_by_vni(encapsulation, vni) && !taken.contains({encapsulation, vni})) return vni;
  }
  return std::nullopt;
}

tl::unexpected<Error> no_network_available() {
  return fail(Errc::kConflict, "Unable to create the network. No tenant network is available for allocation.",
              "NoNetworkAvailable");
}

tl::unexpected<Error> tunnel_id_in_use(std::int64_t vni) {
  return fail(Errc::kConflict, fmt::format("Unable to create the network. The tunnel ID {} is in use.", vni),
              "TunnelIdInUse");
}

/// Gives the networks that have no VNI one, after those that ask for a certain one.
Result<std::vector<Network>> with_vnis(const Intent& intent, std::vector<Network> networks) {
  Vnis taken;
  for (const Network& network : networks) {
    if (network.vni == 0) continue;
    const bool is_free = !intent.network_by_vni(network.encapsulation, network.vni);
    if (!is_free || !taken.emplace(network.encapsulation, network.vni).second)
      return tunnel_id_in_use(network.vni);
  }
  for (Network& network : networks) {
    if (network.vni != 0) continue;
    auto vni = free_vni(intent, network.encapsulation, taken);
    if (!vni) return no_network_available();
    network.vni = *vni;
    taken.emplace(network.encapsulation, *vni);
  }
  return networks;
}

tl::unexpected<Error> network_not_found(const Uuid& id) {
  return fail(Errc::kNotFound, fmt::format("Network {} could not be found.", id.to_string()),
              "NetworkNotFound");
}

/// The network as it shall be: what the caller changed of `base`, on top of what the store has by now.
Network target(const Network& base, const Network& wanted, const Network& current) {
  Network after = store::rebase(base, wanted, current);
  after.id = current.id;
  after.revision = current.revision + 1;
  after.updated_at = now_micros();
  return after;
}

/// Its new MTU, if it changes, suits the subnets that there are.
Result<store::Write> change(const Intent& intent, const Network& current, const Network& after) {
  store::Write write;
  write.update(current, after, true);
  if (after.mtu == current.mtu) return write;
  for (const Uuid& id : intent.subnets_of(current.id)) {
    WEFT_CHECK(check_mtu_for(intent.find<Subnet>(id)->cidr.version(), after));
  }
  require_same_subnets(write, current);
  return write;
}

tl::unexpected<Error> network_in_use(const Uuid& id, const std::string& ports) {
  return fail(
      Errc::kConflict,
      fmt::format("Unable to complete operation on network {}. There are one or more ports still in use "
                  "on the network, id for these ports is: {}.",
                  id.to_string(), ports),
      "NetworkInUse");
}

/// The network with its subnets and the ports that go with it.
Result<store::Write> removal(const Intent& intent, const Uuid& network) {
  store::Write write;
  write.require<Network>(network);
  std::string in_use;
  for (const Uuid& id : intent.ports_of(network)) {
    if (goes_with_its_network(intent.find<Port>(id)->device_owner))
      remove_port(write, intent, id);
    else
      in_use += (in_use.empty() ? "" : ",") + id.to_string();
  }
  if (!in_use.empty()) return network_in_use(network, in_use);
  for (const Uuid& id : intent.subnets_of(network)) write.remove<Subnet>(id);
  write.remove<Network>(network);
  return write;
}

}  // namespace

Task<void> create_networks(store::Store& store, std::vector<Network> networks) {
  for (int attempt = 1; attempt <= kTries; ++attempt) {
    WEFT_CO_TRY(auto numbered, with_vnis(store.intent(), networks));
    store::Write write;
    for (const Network& network : numbered) write.insert(network);
    auto committed = co_await store.commit(write);
    if (committed) co_return Result<void>();
    auto conflict = store::read_conflict(committed.error());
    if (conflict.kind != store::Conflict::Kind::kIndex) co_return fail(committed.error());
    co_await pause_before_retry(attempt);
  }
  co_return no_network_available();
}

Task<void> update_network(store::Store& store, NetworkChange wanted) {
  const Uuid id = wanted.after.id;
  const auto base = store.intent().find<Network>(id);
  if (!base) co_return network_not_found(id);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (int attempt = 1;; ++attempt) {
    auto current = store.intent().find<Network>(id);
    if (!current) co_return network_not_found(id);
    WEFT_CO_CHECK(check_revision(wanted.if_revision, current->revision));
    const Network after = target(*base, wanted.after, *current);
    WEFT_CO_TRY(auto write, change(store.intent(), *current, after));
    auto committed = co_await store.commit(write);
    if (committed) co_return Result<void>();
    if (!worth_another_try(committed.error(), attempt, deadline))
      co_return fail(after_last_try(committed.error()));
    co_await pause_before_retry(attempt);
  }
}

Task<void> delete_network(store::Store& store, Uuid id) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (int attempt = 1;; ++attempt) {
    if (!store.intent().find<Network>(id)) co_return network_not_found(id);
    WEFT_CO_TRY(auto write, removal(store.intent(), id));
    auto committed = co_await store.commit(write);
    if (committed) co_return Result<void>();
    if (!worth_another_try(committed.error(), attempt, deadline))
      co_return fail(after_last_try(committed.error()));
    co_await pause_before_retry(attempt);
  }
}

}  // namespace weft::ipam
