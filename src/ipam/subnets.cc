#include <fmt/format.h>

#include "ipam/ports.h"
#include "ipam/retry.h"
#include "store/conflict.h"

namespace weft::ipam {
namespace {

using namespace weft::model;

Result<void> check_no_overlap(const Intent& intent, const Subnet& wanted) {
  for (const Uuid& id : intent.subnets_of(wanted.network)) {
    if (!intent.find<Subnet>(id)->cidr.overlaps(wanted.cidr)) continue;
    return fail(
        Errc::kInvalid,
        fmt::format(
            "Invalid input for operation: Requested subnet with cidr: {} for network: {} overlaps with "
            "another subnet.",
            wanted.cidr.to_string(), wanted.network.to_string()),
        "InvalidInput");
  }
  return {};
}

/// Inserts the subnet on the condition that the network's set of subnets is still the one that was looked at.
store::Write insert_guarded(const Network& network, const Subnet& subnet) {
  Network after = network;
  ++after.subnet_serial;
  store::Write write;
  write.require<Network>(network.id, {{"subnet_serial", ovsdb::Datum(ovsdb::Atom(network.subnet_serial))}});
  write.update(network, after);
  write.insert(subnet);
  return write;
}

}  // namespace

Task<void> create_subnet(store::Store& store, Subnet subnet) {
  Error lost;
  for (int attempt = 1; attempt <= kTries; ++attempt) {
    auto network = store.intent().find<Network>(subnet.network);
    if (!network) {
      co_return fail(Errc::kNotFound,
                     fmt::format("Network {} could not be found.", subnet.network.to_string()),
                     "NetworkNotFound");
    }
    WEFT_CO_CHECK(check_no_overlap(store.intent(), subnet));
    store::Write write = insert_guarded(*network, subnet);
    auto committed = co_await store.commit(write);
    if (committed) co_return Result<void>();
    lost = committed.error();
    if (lost.code != Errc::kConflict) break;
    co_await pause_before_retry(attempt);
  }
  co_return fail(lost);
}

}  // namespace weft::ipam
