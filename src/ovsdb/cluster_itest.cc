// The client against a RAFT cluster of three real ovsdb-servers.
#include <gtest/gtest.h>

#include "ovsdb/itest_server.h"
#include "ovsdb/itest_watcher.h"

namespace weft::ovsdb {
namespace {

class ClusterTest : public testing::Test {
 protected:
  ClusterTest() {
    EXPECT_EQ(run_program(directory_, {"ovsdb-tool", "create-cluster", directory_.path("s1.db"),
                                       write_test_schema(directory_), peer("s1")}),
              0);
    for (std::string name : {"s2", "s3"}) {
      EXPECT_EQ(run_program(directory_, {"ovsdb-tool", "join-cluster", directory_.path(name + ".db"), "Test",
                                         peer(name), peer("s1")}),
                0);
    }
    first_.start();
    second_.start();
    third_.start();
  }

  std::string peer(const std::string& name) const { return "unix:" + directory_.path(name + ".raft"); }
  ClientOptions leader_options() const {
    ClientOptions options = all_of(first_.remote());
    options.remotes = {second_.remote(), first_.remote(), third_.remote()};
    options.leader_only = true;
    return options;
  }
  bool until_synced(const Watcher& watcher) {
    return run_until(io_, [&] { return watcher.client.synced(); });
  }
  Result<TransactionReply> insert(Client& client, const Uuid& id, const std::string& name) {
    Transaction transaction;
    transaction.insert("Port", id, port_row(name));
    return complete(io_, client.transact(std::move(transaction)));
  }

  TemporaryDirectory directory_;
  ServerProcess first_{directory_, "s1"}, second_{directory_, "s2"}, third_{directory_, "s3"};
  asio::io_context io_;
};

TEST_F(ClusterTest, ResumesAtTheNextLeader) {
  Metrics metrics;
  Watcher writer(io_, leader_options());
  writer.client.export_metrics(metrics);
  const Counter& dumps = metrics.counter("weft_ovsdb_full_dumps_total", "", {{"database", "Test"}});
  ASSERT_TRUE(until_synced(writer));
  Watcher second(io_, all_of(second_.remote())), third(io_, all_of(third_.remote()));
  ASSERT_TRUE(until_synced(second) && until_synced(third));
  Uuid before = Uuid::random();
  ASSERT_TRUE(insert(writer.client, before, "before"));
  ASSERT_TRUE(run_until(io_, [&] { return second.saw_insert(before) && third.saw_insert(before); }));
  EXPECT_EQ(dumps.value(), 1u);
  writer.changes.clear();

  first_.kill();  // the leader: it made the cluster
  ASSERT_TRUE(run_until(io_, [&] { return !writer.client.synced(); }));
  ASSERT_TRUE(until_synced(writer));
  EXPECT_TRUE(writer.changes.empty());
  EXPECT_EQ(dumps.value(), 1u);
  Uuid after = Uuid::random();
  auto inserted = insert(writer.client, after, "after");
  ASSERT_TRUE(inserted) << inserted.error().message;
  EXPECT_TRUE(writer.saw_insert(after));
  EXPECT_TRUE(run_until(io_, [&] { return second.saw_insert(after) && third.saw_insert(after); }));
}

}  // namespace
}  // namespace weft::ovsdb
