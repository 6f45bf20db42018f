#pragma once
// The store as typed objects: an Intent kept current from OVSDB, and durable writes.

#include <functional>
#include <memory>

#include "model/intent.h"
#include "ovsdb/client.h"
#include "store/rows.h"
#include "store/scope.h"
#include "store/write.h"

namespace weft::store {

struct StoreOptions {
  std::vector<std::string> remotes;
  Scope scope;
  std::string private_key, certificate, ca_certificate;
};

class Store {
 public:
  Store(asio::any_io_executor executor, StoreOptions options);
  ~Store();

  /// Set before start(). Changes of one commit (or one resynchronisation) come together; `intent()` already
  /// has them.
  void on_changes(std::function<void(const model::IntentChanges&)> handler);
  void on_state(std::function<void(bool synced)> handler);
  void start();
  void stop();

  const model::Intent& intent() const;
  bool synced() const;

  /// Durable when it returns; intent() already shows it. Writes that arrive together share one commit; when a
  /// shared commit fails, each is tried alone, so that one's error is only its own. Errors: kConflict (see
  /// store/conflict.h for what it was about), kUnavailable.
  Task<void> commit(Write write);

  /// Addresses of the writes that are under way in this process. Index violations would catch a second use;
  /// knowing them saves the retry.
  const AddressClaims& claims() const;

  /// Agents only. Returns when intent() has everything of the interest.
  Task<void> set_interest(Interest interest);

  /// Reads past the scope: objects of T with these column values, asked from the server now (no index there:
  /// keep rare).
  template <typename T>
  Task<std::vector<T>> query(std::vector<ovsdb::Clause> where);

  void export_metrics(Metrics& metrics);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace weft::store
