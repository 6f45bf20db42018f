#include "store/group_commit.h"

namespace weft::store {
namespace {

// Bounds of one shared commit: large enough to make the disk's share small, small enough to keep ovsdb-server
// responsive.
constexpr std::size_t kMaxWrites = 64;
constexpr std::size_t kMaxOperations = 500;

}  // namespace

struct GroupCommit::Pending {
  Pending(const asio::any_io_executor& executor, Write w)
      : write(std::move(w)), done(executor, asio::steady_timer::time_point::max()) {}

  Write write;
  asio::steady_timer done;  ///< cancelled when there is a result
  std::optional<Result<void>> result;
};

GroupCommit::GroupCommit(asio::any_io_executor executor, std::shared_ptr<ovsdb::Client> client)
    : executor_(std::move(executor)), client_(std::move(client)) {}

Task<void> GroupCommit::commit(Write write) {
  auto pending = std::make_shared<Pending>(executor_, std::move(write));
  enqueue(pending);
  co_await pending->done.async_wait(use_tuple);
  co_return std::move(*pending->result);
}

void GroupCommit::enqueue(std::shared_ptr<Pending> pending) {
  for (const auto& [subnet, ips] : pending->write.claims()) claims_[subnet].insert(ips.begin(), ips.end());
  queue_.push_back(std::move(pending));
  if (running_) return;
  running_ = true;
  asio::co_spawn(executor_, run(shared_from_this()), asio::detached);
}

GroupCommit::Group GroupCommit::take_group() {
  Group group;
  std::size_t operations = 0;
  while (!queue_.empty() && group.size() < kMaxWrites) {
    operations += queue_.front()->write.transaction().size();
    if (!group.empty() && operations > kMaxOperations) break;
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return group;
}

void GroupCommit::finish(Pending& pending, Result<void> result) {
  for (const auto& [subnet, ips] : pending.write.claims()) {
    auto& claimed = claims_[subnet];
    for (const IpAddress& ip : ips) claimed.erase(ip);
    if (claimed.empty()) claims_.erase(subnet);
  }
  writes_->add();
  if (!result && result.error().code == Errc::kConflict) conflicts_->add();
  pending.result = std::move(result);
  pending.done.cancel();
}

asio::awaitable<void> GroupCommit::run(std::shared_ptr<GroupCommit> self) {
  while (!self->queue_.empty()) {
    Group group = self->take_group();
    co_await commit_group(self, group);
  }
  self->running_ = false;
}

asio::awaitable<void> GroupCommit::commit_group(std::shared_ptr<GroupCommit> self, Group group) {
  ovsdb::Transaction shared;
  for (const auto& pending : group) shared.append(pending->write.transaction());
  shared.make_durable();
  self->commits_->add();
  auto reply = co_await self->client_->transact(std::move(shared));
  const bool retry_alone = !reply && group.size() > 1 && !reply.error().retryable();
  for (const auto& pending : group) {
    if (retry_alone) {
      asio::co_spawn(self->executor_, commit_group(self, Group{pending}), asio::detached);
    } else if (reply) {
      self->finish(*pending, {});
    } else {
      self->finish(*pending, fail(reply.error()));
    }
  }
}

void GroupCommit::export_metrics(Metrics& metrics) {
  commits_ = &metrics.counter("weft_store_commits_total", "Durable transactions sent to the store.");
  writes_ =
      &metrics.counter("weft_store_writes_total", "Writes that were answered; several may share a commit.");
  conflicts_ = &metrics.counter("weft_store_conflicts_total", "Writes that the store refused: lost races.");
}

}  // namespace weft::store
