#include "ipam/turns.h"

#include <algorithm>

#include "ipam/guards.h"
#include "ipam/retry.h"

namespace weft::ipam {
namespace {

using namespace weft::model;

constexpr auto kCourtesy = std::chrono::milliseconds(500);

bool is_somebodys_turn(const Intent& intent, const std::vector<Uuid>& networks) {
  return std::any_of(networks.begin(), networks.end(), [&](const Uuid& id) {
    auto network = intent.find<Network>(id);
    return network && has_asked_for_turn(*network);
  });
}

}  // namespace

bool has_asked_for_turn(const Network& network) {
  return network.subnet_serial < 0;
}

Task<void> ask_for_turn(store::Store& store, Uuid id) {
  auto network = store.intent().find<Network>(id);
  if (!network || has_asked_for_turn(*network)) co_return Result<void>();
  Network after = *network;
  after.subnet_serial = -(network->subnet_serial + 1);
  store::Write write;
  require_same_subnets(write, *network);
  write.update(*network, after);
  co_return co_await store.commit(write);
}

asio::awaitable<void> let_subnets_go_first(store::Store& store, std::vector<Uuid> networks) {
  const auto deadline = std::chrono::steady_clock::now() + kCourtesy;
  for (int attempt = 1; std::chrono::steady_clock::now() < deadline; ++attempt) {
    if (!is_somebodys_turn(store.intent(), networks)) co_return;
    co_await pause_before_retry(attempt);
  }
}

}  // namespace weft::ipam
