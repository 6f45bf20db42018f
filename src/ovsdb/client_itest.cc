// The client against a real ovsdb-server.
#include <gtest/gtest.h>

#include "ovsdb/client.h"
#include "ovsdb/itest_server.h"
#include "ovsdb/itest_watcher.h"

namespace weft::ovsdb {
namespace {

class ClientTest : public testing::Test {
 protected:
  ClientTest() {
    std::string schema = write_test_schema(directory_);
    EXPECT_EQ(run_program(directory_, {"ovsdb-tool", "create", directory_.path("test.db"), schema}), 0);
    server_.start();
  }

  bool until_synced(Watcher& watcher) {
    return run_until(io_, [&] { return watcher.client.synced(); });
  }
  Result<TransactionReply> insert(Client& client, const Uuid& id, const Row& row) {
    Transaction transaction;
    transaction.insert("Port", id, row);
    return complete(io_, client.transact(std::move(transaction)));
  }

  TemporaryDirectory directory_;
  ServerProcess server_{directory_, "test"};
  asio::io_context io_;
};

TEST_F(ClientTest, ReadsItsOwnWrites) {
  Watcher watcher(io_, all_of(server_.remote()));
  ASSERT_TRUE(until_synced(watcher));
  for (int i = 0; i < 20; ++i) {
    Uuid id = Uuid::random();
    bool reported_before_reply = false;
    Transaction transaction;
    transaction.insert("Port", id, port_row("p" + std::to_string(i)));
    transaction.make_durable();
    std::optional<Result<TransactionReply>> reply;
    asio::co_spawn(io_, watcher.client.transact(std::move(transaction)),
                   [&](std::exception_ptr, Result<TransactionReply> r) {
                     reported_before_reply =
                         watcher.saw_insert(id) && watcher.client.replica().find("Port", id);
                     reply = std::move(r);
                   });
    ASSERT_TRUE(run_until(io_, [&] { return reply.has_value(); }));
    ASSERT_TRUE(*reply) << reply->error().message;
    EXPECT_EQ((*reply)->counts, (std::vector<std::int64_t>{1, 0}));
    EXPECT_TRUE(reported_before_reply);
  }
}

TEST_F(ClientTest, FollowsEveryKindOfChange) {
  Watcher writer(io_, all_of(server_.remote()));
  Watcher reader(io_, all_of(server_.remote()));
  ASSERT_TRUE(until_synced(writer) && until_synced(reader));
  Uuid id = Uuid::random(), a = Uuid::random(), b = Uuid::random(), c = Uuid::random();
  Row row = port_row("p");
  row["groups"] = Datum::set(std::vector<Atom>{a, b});
  row["options"] = Datum::map({{"x", "1"}, {"y", "2"}, {"z", "3"}});
  row["weight"] = Datum(Atom(2.0));
  row["host"] = "worker1";
  ASSERT_TRUE(insert(writer.client, id, row));

  Transaction change;
  change.update("Port", id,
                {{"groups", Datum::set(std::vector<Atom>{b, c})},
                 {"options", Datum::map({{"x", "1"}, {"y", "20"}, {"w", "0"}})},
                 {"host", Datum()},
                 {"enabled", Datum(Atom(true))}});
  change.mutate("Port", id, "revision", "+=", Datum(Atom(std::int64_t{5})));
  auto reply = complete(io_, writer.client.transact(change));
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->counts.back(), 1);

  row["groups"] = Datum::set(std::vector<Atom>{b, c});
  row["options"] = Datum::map({{"x", "1"}, {"y", "20"}, {"w", "0"}});
  row.erase("host");
  row["enabled"] = Datum(Atom(true));
  row["revision"] = Datum(Atom(std::int64_t{5}));
  EXPECT_EQ(*writer.client.replica().find("Port", id), row);
  ASSERT_TRUE(run_until(io_, [&] {
    auto seen = reader.client.replica().find("Port", id);
    return seen && *seen == row;
  }));

  Transaction removal;
  removal.remove("Port", id);
  ASSERT_TRUE(complete(io_, writer.client.transact(removal)));
  EXPECT_TRUE(run_until(io_, [&] { return reader.client.replica().table("Port").empty(); }));
}

TEST_F(ClientTest, ConditionsTakeEffectBeforeTheyReturn) {
  Watcher writer(io_, all_of(server_.remote()));
  ClientOptions options = all_of(server_.remote());
  options.monitors[0].only_matching = true;
  Watcher reader(io_, options);
  ASSERT_TRUE(until_synced(writer) && until_synced(reader));
  Uuid net1 = Uuid::random(), net2 = Uuid::random(), id1 = Uuid::random(), id2 = Uuid::random();
  ASSERT_TRUE(insert(writer.client, id1, port_row("p1", net1)));
  ASSERT_TRUE(insert(writer.client, id2, port_row("p2", net2)));

  std::map<std::string, std::vector<Clause>> first{{"Port", {{"network", "==", Datum(Atom(net1))}}}};
  ASSERT_TRUE(complete(io_, reader.client.set_conditions(first)));
  EXPECT_TRUE(reader.saw_insert(id1));
  EXPECT_EQ(reader.client.replica().table("Port").size(), 1u);

  std::map<std::string, std::vector<Clause>> both = first;
  both["Port"].push_back({"network", "==", Datum(Atom(net2))});
  ASSERT_TRUE(complete(io_, reader.client.set_conditions(both)));
  EXPECT_EQ(reader.client.replica().table("Port").size(), 2u);

  std::map<std::string, std::vector<Clause>> none{{"Port", {}}};
  ASSERT_TRUE(complete(io_, reader.client.set_conditions(none)));
  EXPECT_TRUE(reader.client.replica().table("Port").empty());

  std::map<std::string, std::vector<Clause>> unknown{{"Nothing", {}}};
  EXPECT_EQ(complete(io_, reader.client.set_conditions(unknown)).error().code, Errc::kInvalid);
}

TEST_F(ClientTest, ReportsOnlyDifferencesAfterTheServerWasKilled) {
  Watcher watcher(io_, all_of(server_.remote()));
  ASSERT_TRUE(until_synced(watcher));
  Uuid kept = Uuid::random();
  ASSERT_TRUE(insert(watcher.client, kept, port_row("kept")));
  RowPtr before = watcher.client.replica().find("Port", kept);
  watcher.changes.clear();

  server_.kill();
  ASSERT_TRUE(run_until(io_, [&] { return !watcher.client.synced(); }));
  EXPECT_EQ(watcher.client.replica().find("Port", kept), before);
  EXPECT_EQ(insert(watcher.client, Uuid::random(), port_row("x")).error().code, Errc::kUnavailable);
  std::map<std::string, std::vector<Clause>> where{{"Log", {{"count", ">", Datum(Atom(std::int64_t{0}))}}}};
  EXPECT_EQ(complete(io_, watcher.client.set_conditions(where)).error().code, Errc::kUnavailable);

  server_.start();
  ASSERT_TRUE(until_synced(watcher));
  EXPECT_TRUE(watcher.changes.empty());
  EXPECT_EQ(watcher.client.replica().find("Port", kept), before);
  EXPECT_EQ(watcher.states, (std::vector<bool>{true, false, true}));

  Transaction logs;  // the condition was remembered
  Uuid counted = Uuid::random();
  logs.insert("Log", Uuid::random(), {{"text", "zero"}});
  logs.insert("Log", counted, {{"text", "one"}, {"count", Datum(Atom(std::int64_t{1}))}});
  ASSERT_TRUE(complete(io_, watcher.client.transact(logs)));
  EXPECT_EQ(watcher.client.replica().table("Log").size(), 1u);
  EXPECT_TRUE(watcher.saw_insert(counted));
}

TEST_F(ClientTest, FailsTransactionsInFlightWhenTheConnectionBreaks) {
  Watcher watcher(io_, all_of(server_.remote()));
  ASSERT_TRUE(until_synced(watcher));
  Transaction lost;
  lost.insert("Log", Uuid::random(), {{"text", "lost"}});
  std::optional<Result<TransactionReply>> reply;
  server_.kill();  // the client has not noticed yet
  asio::co_spawn(io_, watcher.client.transact(lost),
                 [&](std::exception_ptr, Result<TransactionReply> r) { reply = std::move(r); });
  ASSERT_TRUE(run_until(io_, [&] { return reply.has_value(); }));
  EXPECT_EQ(reply->error().code, Errc::kUnavailable);
}

TEST_F(ClientTest, TellsConflictsApart) {
  Watcher watcher(io_, all_of(server_.remote()));
  ASSERT_TRUE(until_synced(watcher));
  Uuid id = Uuid::random(), network = Uuid::random();
  ASSERT_TRUE(insert(watcher.client, id, port_row("p1", network, "10.0.0.5")));

  auto same_name = insert(watcher.client, Uuid::random(), port_row("p1"));
  ASSERT_FALSE(same_name);
  EXPECT_EQ(same_name.error().code, Errc::kConflict);
  EXPECT_EQ(same_name.error().type, "constraint violation");
  EXPECT_NE(same_name.error().message.find("name"), std::string::npos);

  auto same_address = insert(watcher.client, Uuid::random(), port_row("p2", network, "10.0.0.5"));
  ASSERT_FALSE(same_address);
  EXPECT_EQ(same_address.error().type, "constraint violation");
  EXPECT_NE(same_address.error().message.find("address"), std::string::npos);

  auto same_id = insert(watcher.client, id, port_row("p3"));
  ASSERT_FALSE(same_id);
  EXPECT_EQ(same_id.error().code, Errc::kConflict) << same_id.error().type << ": " << same_id.error().message;
  EXPECT_EQ(same_id.error().type, "duplicate uuid");

  Transaction stale;
  stale.wait("Port", id, {{"revision", Datum(Atom(std::int64_t{7}))}});
  stale.update("Port", id, {{"host", "worker1"}});
  auto waited = complete(io_, watcher.client.transact(stale));
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error().code, Errc::kConflict);
  EXPECT_EQ(waited.error().type, "timed out");

  Transaction gone;
  gone.update("Port", Uuid::random(), {{"host", "worker1"}});
  EXPECT_EQ(complete(io_, watcher.client.transact(gone)).error().code, Errc::kConflict);
  Transaction skipped;
  skipped.update("Port", Uuid::random(), {{"host", "worker1"}}, false);
  auto none = complete(io_, watcher.client.transact(skipped));
  ASSERT_TRUE(none);
  EXPECT_EQ(none->counts, std::vector<std::int64_t>{0});
}

TEST_F(ClientTest, SelectsRows) {
  Watcher watcher(io_, all_of(server_.remote()));
  ASSERT_TRUE(until_synced(watcher));
  ASSERT_TRUE(insert(watcher.client, Uuid::random(), port_row("p1")));
  Transaction query;
  query.select("Port", {{"name", "==", "p1"}}, {"name", "address"});
  auto reply = complete(io_, watcher.client.transact(query));
  ASSERT_TRUE(reply) << reply.error().message;
  ASSERT_EQ(reply->rows.size(), 1u);
  EXPECT_EQ(reply->rows[0], (std::vector<Row>{{{"name", "p1"}, {"address", "10.0.0.1"}}}));
}

TEST_F(ClientTest, HandsALockOver) {
  auto first = std::make_unique<Watcher>(io_, all_of(server_.remote()));
  Watcher second(io_, all_of(server_.remote()));
  ASSERT_TRUE(until_synced(*first) && until_synced(second));
  bool first_holds = false, second_holds = false;
  first->client.lock("main", [&](bool held) { first_holds = held; });
  ASSERT_TRUE(run_until(io_, [&] { return first_holds; }));
  second.client.lock("main", [&](bool held) { second_holds = held; });

  Transaction guarded;
  guarded.assert_lock("main");
  guarded.insert("Log", Uuid::random(), {{"text", "guarded"}});
  auto refused = complete(io_, second.client.transact(guarded));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().type, "not owner");
  EXPECT_FALSE(second_holds);

  first.reset();
  ASSERT_TRUE(run_until(io_, [&] { return second_holds; }));
  EXPECT_TRUE(complete(io_, second.client.transact(guarded)));

  server_.kill();
  ASSERT_TRUE(run_until(io_, [&] { return !second_holds; }));
  server_.start();
  EXPECT_TRUE(run_until(io_, [&] { return second_holds; }));
}

TEST_F(ClientTest, TriesEveryRemote) {
  ClientOptions options = all_of("unix:" + directory_.path("nobody.sock"));
  options.remotes.push_back(server_.remote());
  options.leader_only = true;
  Watcher watcher(io_, options);
  EXPECT_TRUE(until_synced(watcher));
}

TEST_F(ClientTest, CountsWhatItDoes) {
  Metrics metrics;
  Watcher watcher(io_, all_of(server_.remote()));
  watcher.client.export_metrics(metrics);
  ASSERT_TRUE(until_synced(watcher));
  ASSERT_TRUE(insert(watcher.client, Uuid::random(), port_row("p1")));
  std::string text = metrics.render();
  EXPECT_NE(text.find("weft_ovsdb_transactions_total{database=\"Test\"} 1"), std::string::npos) << text;
  EXPECT_NE(text.find("weft_ovsdb_synced{database=\"Test\"} 1"), std::string::npos) << text;
}

}  // namespace
}  // namespace weft::ovsdb
