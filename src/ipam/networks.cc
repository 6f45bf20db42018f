#include <fmt/format.h>

#include <random>
#include <set>

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

}  // namespace weft::ipam
