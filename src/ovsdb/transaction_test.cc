#include "ovsdb/transaction.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace weft::ovsdb {
namespace {

const Uuid kId = *Uuid::parse("550e8400-e29b-41d4-a716-446655440000");

std::string text_of(const Transaction& transaction) {
  return "[" + transaction.text() + "]";
}

Transaction of_inserts(int count) {
  Transaction transaction;
  for (int i = 0; i < count; ++i) transaction.insert("T", kId, {});
  return transaction;
}

Error error_of(const std::string& result, std::size_t operations = 1) {
  auto reply = parse_reply(boost::json::parse(result), operations);
  EXPECT_FALSE(reply) << result;
  return reply ? Error() : reply.error();
}

TEST(Transaction, InsertsUnderAChosenId) {
  Transaction transaction;
  transaction.insert("Port", kId, {{"name", "p"}, {"tags", Datum()}});
  EXPECT_EQ(text_of(transaction),
            R"([{"op":"insert","table":"Port","uuid":"550e8400-e29b-41d4-a716-446655440000",)"
            R"("row":{"name":"p","tags":["set",[]]}}])");
}

TEST(Transaction, UpdatesOnlyRowsThatExist) {
  Transaction transaction;
  transaction.update("Port", kId, {{"name", "p"}});
  EXPECT_EQ(
      text_of(transaction),
      R"([{"op":"wait","table":"Port","timeout":0,)"
      R"("where":[["_uuid","==",["uuid","550e8400-e29b-41d4-a716-446655440000"]]],"columns":["_uuid"],)"
      R"("until":"==","rows":[{"_uuid":["uuid","550e8400-e29b-41d4-a716-446655440000"]}]},)"
      R"({"op":"update","table":"Port",)"
      R"("where":[["_uuid","==",["uuid","550e8400-e29b-41d4-a716-446655440000"]]],"row":{"name":"p"}}])");
  Transaction tolerant;
  tolerant.update("Port", kId, {{"name", "p"}}, false);
  EXPECT_EQ(tolerant.size(), 1u);
}

TEST(Transaction, WritesTheOtherOperations) {
  Transaction transaction;
  EXPECT_TRUE(transaction.empty());
  transaction.select("Port", {{"name", "==", "p"}}, {"name"});
  transaction.assert_lock("main");
  transaction.make_durable();
  EXPECT_EQ(text_of(transaction),
            R"([{"op":"select","table":"Port","where":[["name","==","p"]],"columns":["name"]},)"
            R"({"op":"assert","lock":"main"},{"op":"commit","durable":true}])");
  Transaction mutation;
  mutation.mutate("Port", kId, "tags", "insert", "x");
  EXPECT_NE(text_of(mutation).find(R"("mutations":[["tags","insert","x"]])"), std::string::npos);
  Transaction none;
  none.wait_for_none("Port", {{"network", "==", Datum(Atom(kId))}});
  EXPECT_NE(text_of(none).find(R"("columns":["_uuid"],"until":"==","rows":[])"), std::string::npos);
  Transaction values;
  values.wait_for_values("Port", {{"network", "==", Datum(Atom(kId))}}, "mac", {Datum("a"), Datum("b")});
  EXPECT_NE(text_of(values).find(R"("columns":["mac"],"until":"==","rows":[{"mac":"a"},{"mac":"b"}])"),
            std::string::npos);
  Transaction wait;
  wait.wait("Port", kId, {{"revision", Datum(Atom(std::int64_t{3}))}});
  EXPECT_NE(text_of(wait).find(R"("columns":["revision"],"until":"==","rows":[{"revision":3}])"),
            std::string::npos);
}

TEST(Transaction, AppendsAnother) {
  Transaction both = of_inserts(1);
  both.append(of_inserts(2));
  both.append(Transaction());
  EXPECT_EQ(both.size(), 3u);
  EXPECT_EQ(boost::json::parse(text_of(both)).as_array().size(), 3u);
}

TEST(TransactionReply, HasOneEntryPerOperation) {
  auto reply =
      parse_reply(boost::json::parse(R"([{"uuid":["uuid","550e8400-e29b-41d4-a716-446655440000"]},{"count":3},
                                                  {"rows":[{"name":"p"},{"name":"q"}]},{}])"),
                  4);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->counts, (std::vector<std::int64_t>{1, 3, 2, 0}));
  ASSERT_EQ(reply->rows.size(), 4u);
  EXPECT_EQ(reply->rows[2], (std::vector<Row>{{{"name", "p"}}, {{"name", "q"}}}));
}

TEST(TransactionReply, NamesTheErrorThatAbortedIt) {
  Error conflict = error_of(R"([{"count":1},{"error":"timed out","details":"wait"},null])", 3);
  EXPECT_EQ(conflict.code, Errc::kConflict);
  EXPECT_EQ(conflict.type, "timed out");
  EXPECT_EQ(conflict.message, "wait");
  EXPECT_EQ(error_of(R"([{},{"error":"constraint violation"}])").code, Errc::kConflict);  // at commit
  EXPECT_EQ(error_of(R"([{},{"error":"referential integrity violation"}])").code, Errc::kConflict);
  EXPECT_EQ(error_of(R"([{"error":"duplicate uuid"}])").code, Errc::kConflict);
  EXPECT_EQ(error_of(R"([{"error":"not owner"}])").code, Errc::kUnavailable);
  EXPECT_EQ(error_of(R"([{},{"error":"I/O error"}])").code, Errc::kUnavailable);
  EXPECT_EQ(error_of(R"([{"error":"permission error"}])").code, Errc::kForbidden);
  EXPECT_EQ(error_of(R"([{"error":"syntax error"}])").code, Errc::kInternal);
}

TEST(TransactionReply, RefusesOtherShapes) {
  for (const char* result : {"{}", "[1]", "[]", "[{},{}]", R"([{"count":"x"}])", R"([{"rows":1}])",
                             R"([{"rows":[1]}])", R"([{"rows":[{"name":null}]}])"}) {
    EXPECT_EQ(error_of(result).code, Errc::kProtocol) << result;
  }
}

}  // namespace
}  // namespace weft::ovsdb
