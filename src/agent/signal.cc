#include "agent/signal.h"

#include <utility>

namespace weft::agent {

void Signal::notify() {
  for (auto& timer : std::exchange(waiting_, {})) timer->cancel();
}

asio::awaitable<bool> Signal::wait_until(Deadline deadline) {
  auto timer = std::make_shared<asio::steady_timer>(executor_, deadline);
  waiting_.push_back(timer);
  auto [cancelled] = co_await timer->async_wait(use_tuple);
  if (cancelled) co_return true;
  waiting_.remove(timer);
  co_return false;
}

}  // namespace weft::agent
