#pragma once
// The protocol of a monitoring client as a state machine without I/O: it is told of connections and fed
// messages, and says what to send. One session outlives many connections: replica, conditions and wanted
// locks are its memory.

#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ovsdb/counters.h"
#include "ovsdb/monitor.h"
#include "ovsdb/replica.h"

namespace weft::ovsdb {

struct SessionOptions {
  std::string database;
  std::vector<TableMonitor> monitors;
  bool check_server = false;  ///< ask the _Server database first whether this member is of use
  bool leader_only = false;   ///< with check_server: only the cluster's leader is
};

class Session {
 public:
  template <typename T>
  using Done = std::function<void(Result<T>)>;

  explicit Session(SessionOptions options);
  Session(const Session&) = delete;

  /// Counts there from now on; until told, for nobody.
  void count_in(const Counters& counters) { counters_ = counters; }

  /// Handlers; called from within receive() and disconnected().
  void on_changes(std::function<void(const Changes&)> handler) { changes_ = std::move(handler); }
  void on_state(std::function<void(bool synced)> handler) { state_ = std::move(handler); }
  /// Called when the output turns from empty to not empty.
  void on_output(std::function<void()> handler) { wake_ = std::move(handler); }

  /// A connection was made: asks for whatever comes first.
  void connected();
  /// The connection is lost: what was in flight fails with kUnavailable.
  void disconnected(std::string_view why);
  /// Takes a message of the server. After an error the connection must be dropped.
  Result<void> receive(const boost::json::value& message);
  /// Ends it: what was in flight fails, and no handler but theirs is called any more.
  void stop();

  bool has_output() const { return !output_.empty(); }
  /// Takes what is to be sent.
  std::string take_output() { return std::exchange(output_, {}); }

  /// As Client's methods of the same names; `done` is called exactly once.
  void transact(Transaction transaction, Done<TransactionReply> done);
  void set_conditions(std::map<std::string, std::vector<Clause>> where_by_table, Done<void> done);
  void lock(std::string name, std::function<void(bool held)> handler);
  /// Asks the server for a sign of life.
  void probe();

  bool synced() const { return phase_ == Phase::kLive; }
  const Replica& replica() const { return replica_; }
  const Counters& counters() const { return counters_; }

 private:
  enum class Phase { kOffline, kServer, kSchema, kMonitor, kConditions, kLive };
  using Json = boost::json::value;
  /// Takes a result or the server's error; its own error drops the connection.
  using OnReply = std::function<Result<void>(Result<const Json*>)>;
  struct Lock {
    std::function<void(bool)> handler;
    bool held = false;
  };

  void send(std::string text);
  void request(std::string_view method, boost::json::array params, OnReply on_reply);
  void ask_server();
  void ask_schema();
  void ask_monitor();
  void ask_conditions(const std::vector<std::string>& tables, Done<void> done);
  void ask_lock(const std::string& name);
  void catch_up();
  void go_live();
  Result<void> check_server() const;

  Result<void> take_reply(const boost::json::object& message);
  Result<void> take_request(std::string_view method, const boost::json::object& message);
  Result<void> take_update3(const boost::json::array& params);
  Result<void> take_server_update(const boost::json::array& params);
  Result<void> take_monitor_reply(const Json& result);
  void set_lock(std::string_view name, bool held);
  void report(const Changes& changes);
  void report_state(bool synced);
  TableMonitor* find_monitor(std::string_view table);

  SessionOptions options_;
  Replica replica_;
  Replica server_;  ///< our row of _Server.Database
  std::string last_transaction_;
  std::vector<std::string>
      stale_conditions_;  ///< tables whose condition changed while the monitor was being set up
  std::size_t conditions_in_flight_ = 0;
  std::map<std::string, Lock, std::less<>> locks_;

  Phase phase_ = Phase::kOffline;
  std::unordered_map<std::int64_t, OnReply> pending_;
  std::int64_t next_id_ = 1;
  std::string output_;

  std::function<void(const Changes&)> changes_;
  std::function<void(bool)> state_;
  std::function<void()> wake_;
  Metrics unread_;
  Counters counters_;
};

}  // namespace weft::ovsdb
