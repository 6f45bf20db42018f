#include "agent/interest.h"

#include "base/log.h"

namespace weft::agent {
namespace {

constexpr std::chrono::seconds kPinPatience{5};

}  // namespace

store::Interest wanted_interest(const BoundNeeds& bound, const model::Intent& intent, const std::string& node,
                                const Claims& claims, const std::map<Uuid, int>& pinned) {
  store::Interest interest;
  for (const auto& [network, count] : bound.networks()) interest.networks.insert(network);
  for (const auto& [group, count] : bound.groups()) interest.groups.insert(group);
  for (const auto& [group, count] : bound.address_groups()) interest.address_groups.insert(group);
  for (const auto& [name, claim] : claims) {
    auto port = intent.find<model::Port>(claim.port);
    // A port bound here is heard of anyway: naming it would cost the plug of every port a round trip.
    if (!port || port->host != node) interest.ports.insert(claim.port);
  }
  for (const auto& [network, count] : pinned) interest.networks.insert(network);
  return interest;
}

InterestKeeper::InterestKeeper(asio::any_io_executor executor, store::Store& store, std::string node,
                               const PortTable& ports, Metrics& metrics)
    : store_(store),
      node_(std::move(node)),
      ports_(ports),
      bound_(store.intent(), node_),
      pinned_(std::make_shared<std::map<Uuid, int>>()),
      completed_(executor),
      worker_(
          executor, "interest", [this] { return follow(); }, metrics) {}

store::Interest InterestKeeper::wanted() const {
  return wanted_interest(bound_, store_.intent(), node_, ports_.claims(), *pinned_);
}

void InterestKeeper::refresh() {
  if (asked_ && wanted() == current_) return;
  complete_ = false;
  worker_.mark();
}

Task<void> InterestKeeper::follow() {
  if (!store_.synced()) co_return Result<void>{};  // refreshed again when it is
  auto interest = wanted();
  if (!asked_ || interest != current_) {
    log::debug("interest.set", {{"networks", interest.networks.size()},
                                {"groups", interest.groups.size()},
                                {"address_groups", interest.address_groups.size()},
                                {"ports", interest.ports.size()}});
    current_ = interest;
    asked_ = true;
    auto set = co_await store_.set_interest(std::move(interest));
    if (!set) {
      asked_ = false;
      co_return fail(set.error().with_context("watch networks in the store"));
    }
  }
  // What came may name more (the groups of a network's ports, the address groups of their rules): complete
  // is what names nothing new.
  if (wanted() != current_) {
    worker_.mark();
    co_return Result<void>{};
  }
  complete_ = true;
  completed_.notify();
  if (complete_handler_) complete_handler_();
  co_return Result<void>{};
}

Task<NetworkPin> InterestKeeper::pin(Uuid network) {
  ++(*pinned_)[network];
  auto release = [pinned = pinned_, network](void*) {
    if (--(*pinned)[network] == 0) pinned->erase(network);
  };
  NetworkPin pin(static_cast<void*>(nullptr), release);
  refresh();
  auto deadline = std::chrono::steady_clock::now() + kPinPatience;
  while (!complete_) {
    auto notified = co_await completed_.wait_until(deadline);
    if (!notified) co_return fail(Errc::kUnavailable, "the store does not answer: can't watch the network");
  }
  co_return pin;
}

}  // namespace weft::agent
