#pragma once
// The store as typed objects: an Intent kept current from OVSDB, and durable writes.

#include <functional>
#include <memory>
#include <set>

#include "model/intent.h"
#include "ovsdb/client.h"

namespace weft::store {

/// The intent objects as rows. Column lists and conversions are declared once per type, in rows.cc.
template <typename T>
std::string_view table_of();
template <typename T>
ovsdb::Row to_row(const T& object);
/// Errors: kProtocol naming table, row and column.
template <typename T>
Result<T> from_row(const Uuid& id, const ovsdb::Row& row);

/// A set of changes that are committed together or not at all.
class Write {
 public:
  template <typename T>
  void insert(const T& object);
  /// Writes the columns in which `after` differs from `before`. Fails the commit (kConflict) when the row is gone, or, with
  /// `if_unchanged`, when its `revision` is no longer that of `before`.
  template <typename T>
  void update(const T& before, const T& after, bool if_unchanged = false);
  template <typename T>
  void remove(const Uuid& id);
  /// Commits only while this object still exists (and, given a revision-like column, has that value).
  template <typename T>
  void require(const Uuid& id, const ovsdb::Row& columns = {});

  bool empty() const { return transaction_.empty(); }
  ovsdb::Transaction& transaction() { return transaction_; }

 private:
  ovsdb::Transaction transaction_;
};

/// Who watches what.
struct Scope {
  /// Empty: everything but, unless `heartbeats`, heartbeats. Otherwise an agent's view: ports bound to this node, and of
  /// the rest only the networks and groups named by set_interest(). Nodes are always watched.
  std::string host;
  bool heartbeats = false;
};

struct StoreOptions {
  std::vector<std::string> remotes;
  Scope scope;
  std::string private_key, certificate, ca_certificate;
};

/// What an agent wants to hear of, besides the ports bound to its node.
struct Interest {
  std::set<Uuid> networks;  ///< with their subnets, ports, addresses and group members
  std::set<Uuid> groups;    ///< with their rules
  std::set<Uuid> ports;     ///< single ports, wherever they are bound (an interface here claims them)
  bool operator==(const Interest&) const = default;
};

class Store {
 public:
  Store(asio::any_io_executor executor, StoreOptions options);
  ~Store();

  /// Set before start(). Changes of one commit (or one resynchronisation) come together; `intent()` already has them.
  void on_changes(std::function<void(const model::IntentChanges&)> handler);
  void on_state(std::function<void(bool synced)> handler);
  void start();
  void stop();

  const model::Intent& intent() const;
  bool synced() const;

  /// Durable when it returns; intent() already shows it. Writes that arrive together share one commit; when a shared commit
  /// fails, each is tried alone, so that one's error is only its own.
  /// Errors: kConflict (type: ovsdb-server's word; message names the index), kUnavailable.
  Task<void> commit(Write write);

  /// Agents only. Returns when intent() has everything of the interest.
  Task<void> set_interest(Interest interest);

  /// Reads past the scope: objects of T with these column values, asked from the server now (no index there: keep rare).
  template <typename T>
  Task<std::vector<T>> query(std::vector<ovsdb::Clause> where);

  void export_metrics(Metrics& metrics);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weft::store
