#include <fmt/format.h>

#include <random>

#include "ipam/ports.h"
#include "ipam/retry.h"
#include "store/conflict.h"

namespace weft::ipam {
namespace {

using namespace weft::model;

constexpr int kVniTries = 64;

/// A VNI that no network of this encapsulation has; nothing when chance does not find one among 2^24.
std::optional<std::int64_t> free_vni(const Intent& intent, Encapsulation encapsulation) {
  static thread_local std::mt19937_64 generator{std::random_device{}()};
  std::uniform_int_distribution<std::int64_t> any(1, kMaxVni);
  for (int i = 0; i < kVniTries; ++i) {
    const std::int64_t vni = any(generator);
    if (!intent.network_by_vni(encapsulation, vni)) return vni;
  }
  return std::nullopt;
}

tl::unexpected<Error> no_network_available() {
  return fail(Errc::kConflict, "Unable to create the network. No tenant network is available for allocation.",
              "NoNetworkAvailable");
}

}  // namespace

Task<void> create_network(store::Store& store, Network network) {
  const bool chosen = network.vni != 0;
  for (int attempt = 1; attempt <= kTries; ++attempt) {
    if (!chosen) {
      auto vni = free_vni(store.intent(), network.encapsulation);
      if (!vni) co_return no_network_available();
      network.vni = *vni;
    }
    store::Write write;
    write.insert(network);
    auto committed = co_await store.commit(write);
    if (committed) co_return Result<void>();
    auto conflict = store::read_conflict(committed.error());
    if (conflict.kind != store::Conflict::Kind::kIndex) co_return fail(committed.error());
    if (chosen) {
      co_return fail(Errc::kConflict,
                     fmt::format("Unable to create the network. The tunnel ID {} is in use.", network.vni),
                     "TunnelIdInUse");
    }
    co_await pause_before_retry(attempt);
  }
  co_return no_network_available();
}

}  // namespace weft::ipam
