#pragma once
// Asynchronous client of one OVSDB database: the store, or a node's Open_vSwitch. Reconnects by itself,
// resumes its monitor where the server can (monitor_cond_since), and reports only differences where it can't.

#include <functional>
#include <memory>

#include "base/asio.h"
#include "base/metrics.h"
#include "ovsdb/monitor.h"
#include "ovsdb/replica.h"
#include "ovsdb/transaction.h"

namespace weft::ovsdb {

struct ClientOptions {
  /// "unix:PATH", "tcp:IP:PORT" or "ssl:IP:PORT" (IPv6 in brackets); several are members of one cluster.
  std::vector<std::string> remotes;
  std::string database;
  std::vector<TableMonitor> monitors;
  bool leader_only = false;  ///< of a cluster: connect to the leader (writers want that)
  std::string private_key, certificate, ca_certificate;  ///< PEM paths for ssl:
};

class Client {
 public:
  Client(asio::any_io_executor executor, ClientOptions options);
  ~Client();
  Client(const Client&) = delete;

  /// Set before start(). Called on the executor: after the first dump and after each reconnect with what
  /// differs.
  void on_changes(std::function<void(const Changes&)> handler);
  /// true: the replica is current; false: the connection is lost (the replica keeps its last content).
  void on_state(std::function<void(bool synced)> handler);

  void start();
  void stop();

  const Replica& replica() const;
  bool synced() const;

  /// Commits a transaction. All replica changes that it caused have been reported before this returns.
  /// Errors: as parse_reply; kUnavailable when there is no connection (the outcome is unknown if it broke in
  /// between).
  Task<TransactionReply> transact(Transaction transaction);

  /// Changes the conditions of monitored tables (clauses of one table are joined by OR) in one request. When
  /// this returns, rows that now match are in the replica and have been reported. kUnavailable: not connected
  /// now; the new conditions are remembered and used on reconnect.
  Task<void> set_conditions(std::map<std::string, std::vector<Clause>> where_by_table);

  /// Asks for a database lock (RFC 7047, 4.1.8); `handler(true)` when it is held, `false` when it is lost.
  void lock(std::string name, std::function<void(bool held)> handler);

  /// Messages sent, transactions, connections, ... as metrics named weft_ovsdb_*{database=...}, counted from
  /// here on. `metrics` has to outlive the client.
  void export_metrics(Metrics& metrics);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  ///< shared with what is in flight
};

}  // namespace weft::ovsdb
