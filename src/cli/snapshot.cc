#include "cli/snapshot.h"

#include <boost/asio/io_context.hpp>

#include "store/store.h"

namespace weft::cli {
namespace {

class StoreSnapshot final : public Snapshot {
 public:
  explicit StoreSnapshot(std::vector<std::string> remotes)
      : store_(context_.get_executor(),
               store::StoreOptions{.remotes = std::move(remotes), .scope = {.heartbeats = true}}) {}
  ~StoreSnapshot() override {
    store_.stop();
    context_.poll();  // what stop() cancelled completes while the store still lives
  }

  bool wait(std::chrono::milliseconds within) {
    store_.on_state([this](bool synced) {
      if (synced) context_.stop();
    });
    store_.start();
    context_.run_for(within);
    context_.restart();
    store_.on_state([](bool) {});
    return store_.synced();
  }

  const model::Intent& intent() const override { return store_.intent(); }
  asio::io_context& context() override { return context_; }

 private:
  asio::io_context context_{1};
  store::Store store_;
};

}  // namespace

Result<std::unique_ptr<Snapshot>> Snapshot::read(std::vector<std::string> remotes,
                                                 std::chrono::milliseconds within) {
  std::string named;
  for (const auto& remote : remotes) named += (named.empty() ? "" : ", ") + remote;
  auto snapshot = std::make_unique<StoreSnapshot>(std::move(remotes));
  if (!snapshot->wait(within)) {
    return fail(Errc::kTimeout, "no store answers on " + named + ": name it with --store or WEFT_STORE");
  }
  return snapshot;
}

}  // namespace weft::cli
