#include <fmt/format.h>

#include "base/log.h"
#include "ipam/automatic.h"
#include "ipam/distributed.h"
#include "ipam/guards.h"
#include "ipam/network_mtu.h"
#include "ipam/ports.h"
#include "ipam/retry.h"
#include "ipam/turns.h"

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

using SubnetsByNetwork = std::map<Uuid, std::vector<Subnet>>;

SubnetsByNetwork by_network(const std::vector<Subnet>& subnets) {
  SubnetsByNetwork grouped;
  for (const Subnet& subnet : subnets) grouped[subnet.network].push_back(subnet);
  return grouped;
}

Result<void> insert(store::Write& write, const store::Store& store, const Subnet& subnet) {
  write.insert(subnet);
  if (!subnet.enable_dhcp) return {};
  WEFT_TRY(PortRows rows, plan_distributed_port(store.intent(), store.claims(), subnet));
  write.insert(rows.port);
  for (const Address& address : rows.addresses) write.insert(address);
  return {};
}

Result<store::Write> insert_guarded(const store::Store& store, const std::vector<Subnet>& subnets) {
  const Intent& intent = store.intent();
  store::Write write;
  for (const auto& [id, made] : by_network(subnets)) {
    auto network = intent.find<Network>(id);
    if (!network) {
      return fail(Errc::kNotFound, fmt::format("Network {} could not be found.", id.to_string()),
                  "NetworkNotFound");
    }
    for (const Subnet& subnet : made) {
      WEFT_CHECK(check_mtu_for(subnet.cidr.version(), *network));
    }
    require_same_mtu(write, *network);
    change_subnets(write, *network);
    give_automatic_addresses(write, intent, *network, made);  // looks at the ports before new ones come
    for (const Subnet& subnet : made) {
      WEFT_CHECK(insert(write, store, subnet));
    }
  }
  return write;
}

}  // namespace

Task<void> create_subnets(store::Store& store, std::vector<Subnet> subnets) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (int attempt = 1;; ++attempt) {
    WEFT_CO_CHECK(check_no_overlap(store.intent(), subnets));
    WEFT_CO_TRY(auto write, insert_guarded(store, subnets));
    auto committed = co_await store.commit(write);
    if (committed) co_return Result<void>();
    if (!worth_another_try(committed.error(), attempt, deadline))
      co_return fail(after_last_try(committed.error()));
    co_await pause_before_retry(attempt);
    if (attempt % kTriesBeforeTurn == 0) {
      for (const Subnet& subnet : subnets) {
        auto asked = co_await ask_for_turn(store, subnet.network);
        if (!asked) log::debug("ipam.turn_lost", {{"subnet", subnet.id.to_string()}});
      }
    }
  }
}

}  // namespace weft::ipam
