#include <fmt/format.h>

#include "ipam/ports.h"
#include "ipam/retry.h"
#include "store/conflict.h"

namespace weft::ipam {
namespace {

using namespace weft::model;

tl::unexpected<Error> overlaps(const Subnet& wanted) {
  return fail(
      Errc::kInvalid,
      fmt::format("Invalid input for operation: Requested subnet with cidr: {} for network: {} overlaps with "
                  "another subnet.",
                  wanted.cidr.to_string(), wanted.network.to_string()),
      "InvalidInput");
}

Result<void> check_no_overlap(const Intent& intent, const std::vector<Subnet>& wanted) {
  for (auto subnet = wanted.begin(); subnet != wanted.end(); ++subnet) {
    for (const Uuid& id : intent.subnets_of(subnet->network)) {
      if (intent.find<Subnet>(id)->cidr.overlaps(subnet->cidr)) return overlaps(*subnet);
    }
    for (auto earlier = wanted.begin(); earlier != subnet; ++earlier) {
      if (earlier->network == subnet->network && earlier->cidr.overlaps(subnet->cidr))
        return overlaps(*subnet);
    }
  }
  return {};
}

/// Holds only while the network's set of subnets is still the one that was looked at.
void guard(store::Write& write, const Network& network) {
  Network after = network;
  ++after.subnet_serial;
  write.require<Network>(network.id, {{"subnet_serial", ovsdb::Datum(ovsdb::Atom(network.subnet_serial))}});
  write.update(network, after);
}

Result<store::Write> insert_guarded(const Intent& intent, const std::vector<Subnet>& subnets) {
  store::Write write;
  std::set<Uuid> guarded;
  for (const Subnet& subnet : subnets) {
    auto network = intent.find<Network>(subnet.network);
    if (!network) {
      return fail(Errc::kNotFound, fmt::format("Network {} could not be found.", subnet.network.to_string()),
                  "NetworkNotFound");
    }
    if (guarded.insert(network->id).second) guard(write, *network);
    write.insert(subnet);
  }
  return write;
}

}  // namespace

Task<void> create_subnets(store::Store& store, std::vector<Subnet> subnets) {
  Error lost;
  for (int attempt = 1; attempt <= kTries; ++attempt) {
    WEFT_CO_CHECK(check_no_overlap(store.intent(), subnets));
    WEFT_CO_TRY(auto write, insert_guarded(store.intent(), subnets));
    auto committed = co_await store.commit(write);
    if (committed) co_return Result<void>();
    lost = committed.error();
    if (lost.code != Errc::kConflict) break;
    co_await pause_before_retry(attempt);
  }
  co_return fail(lost);
}

}  // namespace weft::ipam
