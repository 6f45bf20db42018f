// The session against a scripted server.
#include "ovsdb/session.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "ovsdb/json_rpc.h"

namespace weft::ovsdb {
namespace {

namespace json = boost::json;

constexpr const char* kSchema = R"({"tables":{"T":{"columns":{"name":{"type":"string"}}}}})";
constexpr const char* kNil = "00000000-0000-0000-0000-000000000000";
constexpr const char* kRow = "aaaaaaaa-0000-4000-8000-000000000000";

std::string dump(bool found, const std::string& transaction, const std::string& name) {
  return std::string("[") + (found ? "true" : "false") + ",\"" + transaction + "\",{\"T\":{\"" + kRow +
         "\":{\"initial\":{\"name\":\"" + name + "\"}}}}]";
}

class SessionTest : public testing::Test {
 protected:
  explicit SessionTest(SessionOptions options = {.database = "Test", .monitors = {{.table = "T"}}})
      : session_(std::move(options)) {
    session_.on_changes([this](const Changes& changes) { reported_ += changes.size(); });
    session_.on_state([this](bool synced) { states_.push_back(synced); });
  }

  /// The next message that the session sent; null when there is none.
  json::value sent() {
    auto fed = stream_.feed(session_.take_output(), [this](const json::value& message) {
      outbox_.push_back(json::parse(json::serialize(message)));
      return Result<void>();
    });
    EXPECT_TRUE(fed);
    if (outbox_.empty()) return {};
    json::value first = outbox_.front();
    outbox_.erase(outbox_.begin());
    return first;
  }
  /// Expects a request and returns its params.
  std::string expect(std::string_view method) {
    json::value request = sent();
    EXPECT_TRUE(request.is_object()) << "nothing sent instead of " << method;
    if (!request.is_object()) return {};
    EXPECT_EQ(std::string_view(request.at("method").as_string()), method);
    last_id_ = request.at("id").as_int64();
    return json::serialize(request.at("params"));
  }
  Result<void> receive(const std::string& message) { return session_.receive(json::parse(message)); }
  Result<void> reply_to(std::int64_t id, const std::string& result) {
    return receive(R"({"id":)" + std::to_string(id) + R"(,"error":null,"result":)" + result + "}");
  }
  Result<void> reply(const std::string& result) { return reply_to(last_id_, result); }

  void go_live(const std::string& result = dump(false, kNil, "x")) {
    session_.connected();
    expect("get_schema");
    EXPECT_TRUE(reply(kSchema));
    expect("monitor_cond_since");
    EXPECT_TRUE(reply(result));
    EXPECT_TRUE(session_.synced());
  }

  Session session_;
  MessageStream stream_;
  std::vector<json::value> outbox_;
  std::int64_t last_id_ = 0;
  std::size_t reported_ = 0;
  std::vector<bool> states_;
};

TEST_F(SessionTest, AsksForTheSchemaThenMonitors) {
  session_.connected();
  EXPECT_EQ(expect("get_schema"), R"(["Test"])");
  ASSERT_TRUE(reply(kSchema));
  EXPECT_EQ(
      expect("monitor_cond_since"),
      R"(["Test","Test",{"T":[{"where":[],"columns":["name"]}]},"00000000-0000-0000-0000-000000000000"])");
  ASSERT_TRUE(reply(dump(false, kNil, "x")));
  EXPECT_TRUE(session_.synced());
  EXPECT_EQ(reported_, 1u);
  EXPECT_EQ(states_, std::vector<bool>{true});
}

TEST_F(SessionTest, ResumesAtTheLastTransaction) {
  go_live();
  ASSERT_TRUE(receive(
      R"({"method":"update3","id":null,"params":["Test","11111111-0000-4000-8000-000000000000",{}]})"));
  session_.disconnected("gone");
  EXPECT_EQ(states_, (std::vector<bool>{true, false}));
  EXPECT_EQ(session_.replica().row_count(), 1u);
  session_.connected();
  expect("get_schema");
  ASSERT_TRUE(reply(kSchema));
  EXPECT_NE(expect("monitor_cond_since").find(R"("11111111-0000-4000-8000-000000000000"])"),
            std::string::npos);
  reported_ = 0;
  ASSERT_TRUE(reply(R"([true,"22222222-0000-4000-8000-000000000000",{}])"));
  EXPECT_EQ(reported_, 0u);
  EXPECT_EQ(session_.replica().row_count(), 1u);
}

TEST_F(SessionTest, ReportsTheDifferenceWhenTheServerCannotResume) {
  go_live();
  session_.disconnected("gone");
  reported_ = 0;
  go_live();
  EXPECT_EQ(reported_, 0u);
  session_.disconnected("gone");
  go_live(dump(false, kNil, "y"));
  EXPECT_EQ(reported_, 1u);
}

TEST_F(SessionTest, MatchesRepliesById) {
  go_live();
  std::vector<std::string> done;
  auto note = [&done](std::string name) {
    return [&done, name](const Result<TransactionReply>& r) {
      done.push_back(name + (r ? "+" : "-" + r.error().type));
    };
  };
  Transaction transaction;
  transaction.assert_lock("l");
  session_.transact(transaction, note("a"));
  session_.transact(transaction, note("b"));
  EXPECT_EQ(expect("transact"), R"(["Test",{"op":"assert","lock":"l"}])");
  std::int64_t a = last_id_;
  expect("transact");
  std::int64_t b = last_id_;
  ASSERT_TRUE(reply_to(b, "[{}]"));
  ASSERT_TRUE(reply_to(a, R"([{"error":"not owner"}])"));
  EXPECT_EQ(done, (std::vector<std::string>{"b+", "a-not owner"}));
}

TEST_F(SessionTest, FailsWhatIsInFlightWhenTheConnectionIsLost) {
  std::vector<Errc> outcomes;
  auto note = [&](const Result<TransactionReply>& r) {
    outcomes.push_back(r ? Errc::kInternal : r.error().code);
  };
  session_.transact(Transaction(), note);
  go_live();
  session_.transact(Transaction(), note);
  session_.disconnected("gone");
  EXPECT_EQ(outcomes, (std::vector<Errc>{Errc::kUnavailable, Errc::kUnavailable}));
  EXPECT_FALSE(session_.has_output());
}

TEST_F(SessionTest, ChangesConditions) {
  go_live();
  bool done = false;
  session_.set_conditions({{"T", {{"name", "==", "x"}}}}, [&](Result<void> r) { done = r.has_value(); });
  EXPECT_EQ(expect("monitor_cond_change"), R"(["Test","Test",{"T":[{"where":[["name","==","x"]]}]}])");
  EXPECT_FALSE(done);
  ASSERT_TRUE(reply("{}"));
  EXPECT_TRUE(done);
  session_.set_conditions({{"T", {}}}, [](Result<void>) {});
  EXPECT_EQ(expect("monitor_cond_change"), R"(["Test","Test",{"T":[{"where":[false]}]}])");
}

TEST_F(SessionTest, RemembersConditionsAndAsksForEverythingAgain) {
  go_live(dump(true, "11111111-0000-4000-8000-000000000000", "x"));
  session_.set_conditions({{"T", {{"name", "==", "x"}}}}, [](Result<void>) {});
  session_.disconnected("before the reply");
  session_.connected();
  while (session_.has_output()) sent();
  session_.disconnected("again");
  session_.connected();
  expect("get_schema");
  ASSERT_TRUE(reply(kSchema));
  EXPECT_EQ(
      expect("monitor_cond_since"),
      R"(["Test","Test",{"T":[{"where":[["name","==","x"]],"columns":["name"]}]},"00000000-0000-0000-0000-000000000000"])");
}

TEST_F(SessionTest, IsNotInSyncBeforeConditionsThatChangedMeanwhile) {
  session_.connected();
  expect("get_schema");
  ASSERT_TRUE(reply(kSchema));
  expect("monitor_cond_since");
  std::int64_t monitor = last_id_;
  Errc refused = Errc::kInternal;
  session_.set_conditions({{"T", {}}}, [&](Result<void> r) { refused = r.error().code; });
  EXPECT_EQ(refused, Errc::kUnavailable);
  ASSERT_TRUE(reply_to(monitor, dump(false, kNil, "x")));
  EXPECT_FALSE(session_.synced());
  expect("monitor_cond_change");
  ASSERT_TRUE(reply("{}"));
  EXPECT_TRUE(session_.synced());
}

TEST_F(SessionTest, FollowsALock) {
  std::vector<bool> held;
  session_.lock("main", [&](bool now) { held.push_back(now); });
  go_live();
  EXPECT_EQ(expect("lock"), R"(["main"])");
  ASSERT_TRUE(reply(R"({"locked":false})"));
  ASSERT_TRUE(receive(R"({"method":"locked","params":["main"],"id":null})"));
  ASSERT_TRUE(receive(R"({"method":"stolen","params":["main"],"id":null})"));
  ASSERT_TRUE(receive(R"({"method":"locked","params":["main"],"id":null})"));
  session_.disconnected("gone");
  EXPECT_EQ(held, (std::vector<bool>{true, false, true, false}));
}

TEST_F(SessionTest, AnswersEcho) {
  go_live();
  ASSERT_TRUE(receive(R"({"method":"echo","params":["x"],"id":"echo"})"));
  EXPECT_EQ(json::serialize(sent()), R"({"result":["x"],"error":null,"id":"echo"})");
}

TEST_F(SessionTest, RefusesMessagesOfTheWrongShapeAndKeepsItsRows) {
  for (const char* bad :
       {"[]", "{}", R"({"id":99,"result":{}})", R"({"method":7,"params":[]})",
        R"({"method":"dance","params":[]})", R"({"method":"update3","params":["Test","x"]})",
        R"({"method":"update3","params":["Other","x",{}]})",
        R"({"method":"update3","params":["Test","x",{"T":7}]})",
        R"({"method":"update2","params":["_Server",{"X":{}}]})", R"({"method":"locked","params":[]})"}) {
    go_live();
    auto taken = receive(bad);
    ASSERT_FALSE(taken) << bad;
    EXPECT_EQ(taken.error().code, Errc::kProtocol) << bad;
    EXPECT_EQ(session_.replica().row_count(), 1u);
    session_.disconnected(taken.error().message);
    while (session_.has_output()) sent();
  }
}

TEST_F(SessionTest, RefusesMalformedAnswersWhileItSetsUp) {
  for (const char* bad : {"null", "7", R"({"tables":7})"}) {
    session_.connected();
    expect("get_schema");
    EXPECT_FALSE(reply(bad)) << bad;
    session_.disconnected("malformed");
  }
  for (const char* bad : {"null", "[]", R"([false,"x",7])", R"([true,"x",{"T":{"y":{}}}])"}) {
    session_.connected();
    expect("get_schema");
    ASSERT_TRUE(reply(kSchema));
    expect("monitor_cond_since");
    EXPECT_FALSE(reply(bad)) << bad;
    session_.disconnected("malformed");
  }
}

TEST_F(SessionTest, MayBeEndedByItsOwnHandlers) {
  session_.on_changes([this](const Changes&) { session_.stop(); });
  session_.connected();
  expect("get_schema");
  ASSERT_TRUE(reply(kSchema));
  expect("monitor_cond_since");
  EXPECT_TRUE(reply(dump(false, kNil, "x")));
  EXPECT_FALSE(session_.synced());
  EXPECT_TRUE(states_.empty());
}

class ClusterSessionTest : public SessionTest {
 protected:
  ClusterSessionTest()
      : SessionTest(
            {.database = "Test", .monitors = {{.table = "T"}}, .check_server = true, .leader_only = true}) {}

  static std::string database_row(const std::string& columns) {
    return std::string(R"({"Database":{")") + kRow + R"(":)" + columns + "}}";
  }
};

TEST_F(ClusterSessionTest, LeavesAServerThatIsOfNoUse) {
  for (const char* columns : {R"({"initial":{"name":"Test","model":"clustered","leader":true}})",
                              R"({"initial":{"name":"Test","model":"clustered","connected":true}})"}) {
    session_.connected();
    EXPECT_EQ(expect("monitor_cond"), R"(["_Server","_Server",{"Database":[{"where":[["name","==","Test"]],)"
                                      R"("columns":["name","model","connected","leader"]}]}])");
    auto taken = reply(database_row(columns));
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, Errc::kUnavailable);
    session_.disconnected("useless");
  }
  session_.connected();
  expect("monitor_cond");
  EXPECT_FALSE(reply("{}"));  // it has no such database
}

TEST_F(ClusterSessionTest, LeavesALeaderThatStepsDown) {
  session_.connected();
  expect("monitor_cond");
  ASSERT_TRUE(reply(
      database_row(R"({"initial":{"name":"Test","model":"clustered","connected":true,"leader":true}})")));
  expect("get_schema");
  ASSERT_TRUE(reply(kSchema));
  expect("monitor_cond_since");
  ASSERT_TRUE(reply(dump(false, kNil, "x")));
  auto taken = receive(R"({"method":"update2","id":null,"params":["_Server",)" +
                       database_row(R"({"modify":{"leader":false}})") + "]}");
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Errc::kUnavailable);
}

}  // namespace
}  // namespace weft::ovsdb
