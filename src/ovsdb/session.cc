#include "ovsdb/session.h"

#include <boost/json/serialize.hpp>
#include <utility>

#include "ovsdb/json_rpc.h"

namespace weft::ovsdb {
namespace json = boost::json;

namespace {

constexpr std::string_view kServerDatabase = "_Server";
constexpr std::string_view kNoTransaction = "00000000-0000-0000-0000-000000000000";

/// The columns that we read of _Server.Database (ovsdb-server(5)).
Schema server_schema() {
  TableSchema columns;
  for (const char* name : {"name", "model"}) columns[name].default_value = Datum("");
  for (const char* name : {"connected", "leader"}) columns[name].default_value = Datum(Atom(false));
  return Schema{{"Database", std::move(columns)}};
}

std::string transact_text(std::int64_t id, std::string_view database, const Transaction& transaction) {
  std::string text = R"({"method":"transact","id":)" + std::to_string(id) + R"(,"params":[)";
  text.reserve(text.size() + database.size() + transaction.text().size() + 8);
  append_json(text, database);
  if (!transaction.empty()) text += ',';
  text += transaction.text();
  return text += "]}";
}

/// "All columns" spelt out: left out, it would include _version, which changes with every commit.
std::vector<TableMonitor> with_all_columns(std::vector<TableMonitor> monitors, const Schema& schema) {
  for (TableMonitor& monitor : monitors) {
    auto table = schema.find(monitor.table);
    if (!monitor.columns.empty() || table == schema.end()) continue;
    for (const auto& [column, type] : table->second) monitor.columns.push_back(column);
  }
  return monitors;
}

const json::array* array_of(const json::value* value) {
  return value ? value->if_array() : nullptr;
}

bool is_null(const json::value* value) {
  return !value || value->is_null();
}

bool is_text(const json::value& value, std::string_view text) {
  return value.is_string() && std::string_view(value.get_string()) == text;
}

}  // namespace

Session::Session(SessionOptions options)
    : options_(std::move(options)), last_transaction_(kNoTransaction), counters_(unread_, options_.database) {
  server_.set_schema(server_schema());
}

void Session::connected() {
  if (options_.check_server) {
    ask_server();
  } else {
    ask_schema();
  }
}

void Session::disconnected(std::string_view why) {
  bool was_live = std::exchange(phase_, Phase::kOffline) == Phase::kLive;
  output_.clear();
  // The replica may or may not match a changed condition yet: only a full dump is safe then.
  bool conditions_moved = std::exchange(conditions_in_flight_, 0) > 0 || !stale_conditions_.empty();
  if (conditions_moved) last_transaction_ = kNoTransaction;
  stale_conditions_.clear();
  auto pending = std::exchange(pending_, {});
  for (auto& [id, on_reply] : pending) {
    (void)on_reply(fail(Errc::kUnavailable, "the connection to the database was lost: " + std::string(why)));
  }
  auto locks = locks_;
  for (const auto& [name, lock] : locks) set_lock(name, false);
  if (was_live) report_state(false);
}

void Session::stop() {
  changes_ = nullptr;
  state_ = nullptr;
  locks_.clear();
  disconnected("stopped");
}

void Session::send(std::string text) {
  bool was_empty = output_.empty();
  if (was_empty) {
    output_ = std::move(text);
  } else {
    output_ += text;
  }
  counters_.messages_sent->add();
  if (was_empty && wake_) wake_();
}

void Session::request(std::string_view method, json::array params, OnReply on_reply) {
  std::int64_t id = next_id_++;
  pending_.emplace(id, std::move(on_reply));
  send(request_text(id, method, std::move(params)));
}

void Session::ask_server() {
  phase_ = Phase::kServer;
  TableMonitor ours{.table = "Database",
                    .columns = {"name", "model", "connected", "leader"},
                    .where = {{"name", "==", Datum(Atom(options_.database))}}};
  std::vector<TableMonitor> monitors;
  monitors.push_back(std::move(ours));
  request("monitor_cond", {kServerDatabase, kServerDatabase, monitor_requests(monitors)},
          [this](Result<const Json*> reply) -> Result<void> {
            WEFT_TRY(const Json* result, std::move(reply));
            WEFT_CHECK(server_.replace(*result));
            WEFT_CHECK(check_server());
            ask_schema();
            return {};
          });
}

Result<void> Session::check_server() const {
  const Table& databases = server_.table("Database");
  if (databases.empty()) return fail(Errc::kUnavailable, "the server has no database " + options_.database);
  const Row& row = *databases.begin()->second;
  auto is_set = [&row](std::string_view column) {
    auto at = row.find(column);
    return at != row.end() && at->second.bool_or();
  };
  auto model = row.find("model");
  if (model == row.end() || model->second.string_or() != "clustered") return {};
  if (!is_set("connected")) return fail(Errc::kUnavailable, "the server has no contact to its cluster");
  if (options_.leader_only && !is_set("leader"))
    return fail(Errc::kUnavailable, "the server is not the leader");
  return {};
}

void Session::ask_schema() {
  phase_ = Phase::kSchema;
  request("get_schema", {options_.database}, [this](Result<const Json*> reply) -> Result<void> {
    WEFT_TRY(const Json* result, std::move(reply));
    WEFT_TRY(Schema schema, parse_schema(*result));
    replica_.set_schema(std::move(schema));
    ask_monitor();
    return {};
  });
}

void Session::ask_monitor() {
  phase_ = Phase::kMonitor;
  stale_conditions_.clear();  // the request carries them
  request("monitor_cond_since",
          {options_.database, options_.database,
           monitor_requests(with_all_columns(options_.monitors, replica_.schema())), last_transaction_},
          [this](Result<const Json*> reply) -> Result<void> {
            WEFT_TRY(const Json* result, std::move(reply));
            return take_monitor_reply(*result);
          });
}

Result<void> Session::take_monitor_reply(const Json& result) {
  const json::array* parts = result.if_array();
  if (!parts || parts->size() != 3 || !(*parts)[0].is_bool() || !(*parts)[1].is_string()) {
    return fail(Errc::kProtocol, "monitor_cond_since: not [found, transaction, updates]");
  }
  bool found = (*parts)[0].get_bool();
  auto changes = found ? replica_.apply_updates2((*parts)[2]) : replica_.replace((*parts)[2]);
  if (!changes) {
    last_transaction_ = kNoTransaction;
    return fail(changes.error());
  }
  if (!found) counters_.full_dumps->add();
  last_transaction_ = (*parts)[1].get_string();
  phase_ = Phase::kConditions;
  report(*changes);
  if (phase_ != Phase::kConditions) return {};  // a handler ended the connection
  catch_up();
  return {};
}

void Session::catch_up() {
  if (stale_conditions_.empty()) return go_live();
  ask_conditions(std::exchange(stale_conditions_, {}), [this](Result<void> changed) {
    if (changed) catch_up();
  });
}

void Session::go_live() {
  phase_ = Phase::kLive;
  for (const auto& [name, lock] : locks_) ask_lock(name);
  report_state(true);
}

void Session::transact(Transaction transaction, Done<TransactionReply> done) {
  if (!synced()) return done(fail(Errc::kUnavailable, "no connection to database " + options_.database));
  counters_.transactions->add();
  std::int64_t id = next_id_++;
  std::string text = transact_text(id, options_.database, transaction);
  pending_.emplace(id, [this, operations = transaction.size(),
                        done = std::move(done)](Result<const Json*> reply) {
    auto outcome = reply ? parse_reply(**reply, operations) : Result<TransactionReply>(fail(reply.error()));
    if (!outcome) counters_.transactions_failed->add();
    bool malformed = !outcome && outcome.error().code == Errc::kProtocol;
    Result<void> verdict;
    if (malformed) verdict = fail(outcome.error());
    done(std::move(outcome));
    return verdict;
  });
  send(std::move(text));
}

void Session::set_conditions(std::map<std::string, std::vector<Clause>> where_by_table, Done<void> done) {
  std::vector<std::string> tables;
  for (auto& [table, where] : where_by_table) {
    if (!find_monitor(table)) return done(fail(Errc::kInvalid, "table " + table + " is not monitored"));
    tables.push_back(table);
  }
  for (auto& [table, where] : where_by_table) {
    TableMonitor* monitor = find_monitor(table);
    monitor->only_matching = true;
    monitor->where = std::move(where);
  }
  if (synced()) return ask_conditions(tables, std::move(done));
  // The replica matches the old conditions: what happened since is not all that is missing.
  last_transaction_ = kNoTransaction;
  if (phase_ != Phase::kOffline)
    stale_conditions_.insert(stale_conditions_.end(), tables.begin(), tables.end());
  done(fail(Errc::kUnavailable, "no connection to database " + options_.database + ": remembered"));
}

void Session::ask_conditions(const std::vector<std::string>& tables, Done<void> done) {
  json::object changes;
  for (const std::string& table : tables) {
    changes.insert_or_assign(table, json::array{json::object{{"where", where_json(*find_monitor(table))}}});
  }
  ++conditions_in_flight_;
  request("monitor_cond_change", {options_.database, options_.database, std::move(changes)},
          [this, done = std::move(done)](Result<const Json*> reply) -> Result<void> {
            if (!reply) {
              done(fail(reply.error()));
              return fail(reply.error());
            }
            --conditions_in_flight_;
            done({});
            return {};
          });
}

void Session::lock(std::string name, std::function<void(bool held)> handler) {
  auto [at, added] = locks_.insert_or_assign(std::move(name), Lock{std::move(handler)});
  if (added && synced()) ask_lock(at->first);
}

void Session::ask_lock(const std::string& name) {
  request("lock", {name}, [this, name](Result<const Json*> reply) -> Result<void> {
    WEFT_TRY(const Json* result, std::move(reply));
    const json::object* members = result->if_object();
    const json::value* locked = members ? members->if_contains("locked") : nullptr;
    if (!locked || !locked->is_bool()) return fail(Errc::kProtocol, "lock: no locked");
    if (locked->get_bool()) set_lock(name, true);
    return {};
  });
}

void Session::set_lock(std::string_view name, bool held) {
  auto lock = locks_.find(name);
  if (lock == locks_.end() || std::exchange(lock->second.held, held) == held) return;
  auto handler = lock->second.handler;
  if (handler) handler(held);
}

void Session::probe() {
  request("echo", {}, [](const Result<const Json*>&) { return Result<void>(); });
}

Result<void> Session::receive(const Json& message) {
  const json::object* members = message.if_object();
  if (!members) return fail(Errc::kProtocol, "a message is not an object");
  counters_.messages_received->add();
  const json::value* method = members->if_contains("method");
  if (is_null(method)) return take_reply(*members);
  if (!method->is_string()) return fail(Errc::kProtocol, "method: not a string");
  auto taken = take_request(method->get_string(), *members);
  // What the replica missed is unknown: only a full dump is safe now.
  if (!taken && taken.error().code == Errc::kProtocol) last_transaction_ = kNoTransaction;
  return taken;
}

Result<void> Session::take_reply(const json::object& message) {
  const json::value* id = message.if_contains("id");
  if (!id || !id->is_int64()) return fail(Errc::kProtocol, "a reply without our id");
  auto found = pending_.find(id->get_int64());
  if (found == pending_.end()) return fail(Errc::kProtocol, "a reply to nothing that was asked");
  OnReply on_reply = std::move(found->second);
  pending_.erase(found);
  const json::value* error = message.if_contains("error");
  const json::value* result = message.if_contains("result");
  if (!is_null(error)) return on_reply(fail(error_from_json(*error)));
  static const json::value kNull;
  return on_reply(result ? result : &kNull);
}

Result<void> Session::take_request(std::string_view method, const json::object& message) {
  static const json::array kNone;
  const json::array* given = array_of(message.if_contains("params"));
  const json::array& params = given ? *given : kNone;
  if (method == "update3") return take_update3(params);
  if (method == "update2") return take_server_update(params);
  if (method == "echo") {
    const json::value* id = message.if_contains("id");
    send(json::serialize(
        json::object{{"result", params}, {"error", nullptr}, {"id", id ? *id : json::value()}}));
    return {};
  }
  if (method == "monitor_canceled") return fail(Errc::kUnavailable, "the database is going away");
  bool is_locked = method == "locked";
  if (is_locked || method == "stolen") {
    if (params.size() != 1 || !params[0].is_string())
      return fail(Errc::kProtocol, "lock notification: no name");
    set_lock(params[0].get_string(), is_locked);
    return {};
  }
  return fail(Errc::kProtocol, "unknown method " + std::string(method));
}

Result<void> Session::take_update3(const json::array& params) {
  if (params.size() != 3 || !is_text(params[0], options_.database) || !params[1].is_string()) {
    return fail(Errc::kProtocol, "update3: not [monitor, transaction, updates]");
  }
  WEFT_TRY(Changes changes, replica_.apply_updates2(params[2]));
  last_transaction_ = params[1].get_string();
  counters_.updates->add();
  report(changes);
  return {};
}

Result<void> Session::take_server_update(const json::array& params) {
  if (params.size() != 2 || !is_text(params[0], kServerDatabase)) {
    return fail(Errc::kProtocol, "update2: not [monitor, updates]");
  }
  WEFT_CHECK(server_.apply_updates2(params[1]));
  return check_server();
}

// Handlers are copied before the call: they may end the session, and with it themselves.
void Session::report(const Changes& changes) {
  auto handler = changes_;
  if (handler && !changes.empty()) handler(changes);
}

void Session::report_state(bool synced) {
  auto handler = state_;
  if (handler) handler(synced);
}

TableMonitor* Session::find_monitor(std::string_view table) {
  for (TableMonitor& monitor : options_.monitors) {
    if (monitor.table == table) return &monitor;
  }
  return nullptr;
}

}  // namespace weft::ovsdb
