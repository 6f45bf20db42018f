#pragma once
// Durable commits, shared: while one is on its way to the disk, the writes that arrive wait and then go
// together as the next one. A commit costs an fsync, or a round of RAFT, whatever its size.

#include <deque>
#include <memory>

#include "ovsdb/client.h"
#include "store/write.h"

namespace weft::store {

class GroupCommit : public std::enable_shared_from_this<GroupCommit> {
 public:
  GroupCommit(asio::any_io_executor executor, std::shared_ptr<ovsdb::Client> client);

  Task<void> commit(Write write);
  const AddressClaims& claims() const { return claims_; }
  void export_metrics(Metrics& metrics);

 private:
  struct Pending;
  using Group = std::vector<std::shared_ptr<Pending>>;

  void enqueue(std::shared_ptr<Pending> pending);
  Group take_group();
  void finish(Pending& pending, Result<void> result);
  static asio::awaitable<void> run(std::shared_ptr<GroupCommit> self);
  static asio::awaitable<void> commit_group(std::shared_ptr<GroupCommit> self, Group group);

  asio::any_io_executor executor_;
  std::shared_ptr<ovsdb::Client> client_;
  std::deque<std::shared_ptr<Pending>> queue_;
  bool running_ = false;
  AddressClaims claims_;

  Counter uncounted_[3];  ///< until export_metrics() is called
  Counter* commits_ = &uncounted_[0];
  Counter* writes_ = &uncounted_[1];
  Counter* conflicts_ = &uncounted_[2];
};

}  // namespace weft::store
