#include "ovsdb/json_rpc.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "ovsdb/remote.h"

namespace weft::ovsdb {
namespace {

/// Feeds `text` in pieces of `step` bytes.
Result<std::vector<std::string>> cut(std::string_view text, std::size_t step, std::size_t limit = 1000) {
  MessageStream stream(limit);
  std::vector<std::string> messages;
  while (!text.empty()) {
    WEFT_CHECK(stream.feed(text.substr(0, step), [&](const boost::json::value& message) {
      messages.push_back(boost::json::serialize(message));
      return Result<void>();
    }));
    text.remove_prefix(std::min(step, text.size()));
  }
  return messages;
}

TEST(MessageStream, CutsMessagesWhereverTheBytesAreCut) {
  for (std::size_t step : {1, 2, 3, 7, 100}) {
    auto messages = cut("{\"a\":[1,\"}\"]} \n{\"b\":{}}{}", step);
    ASSERT_TRUE(messages);
    EXPECT_EQ(*messages, (std::vector<std::string>{R"({"a":[1,"}"]})", R"({"b":{}})", "{}"}));
  }
}

TEST(MessageStream, RefusesWhatIsNoJsonObject) {
  for (const char* text : {"[]", "x", "{]", "{\"a\":\"\xff\"}", "7"}) {
    auto messages = cut(text, 1);
    ASSERT_FALSE(messages) << text;
    EXPECT_EQ(messages.error().code, Errc::kProtocol);
  }
}

TEST(MessageStream, BoundsTheSizeOfAMessage) {
  std::string small = "{\"a\":\"" + std::string(80, 'x') + "\"}";
  EXPECT_TRUE(cut(small + small, 10, 100));
  std::string large = "{\"a\":\"" + std::string(100, 'x') + "\"}";
  auto refused = cut(large, 10, 100);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "a message is longer than 100 bytes");
}

TEST(MessageStream, PassesTheErrorOfTheSinkOn) {
  MessageStream stream;
  auto fed =
      stream.feed("{}{}", [](const boost::json::value&) { return Result<void>(fail(Errc::kTimeout, "no")); });
  EXPECT_EQ(fed.error().code, Errc::kTimeout);
}

TEST(JsonRpc, ReadsErrorsOfEitherForm) {
  EXPECT_EQ(error_from_json(boost::json::parse(R"("unknown database")")).code, Errc::kUnavailable);
  Error full = error_from_json(boost::json::parse(R"({"error":"constraint violation","details":"name"})"));
  EXPECT_EQ(full.type, "constraint violation");
  EXPECT_EQ(full.message, "name");
  EXPECT_EQ(error_from_json(boost::json::parse("7")).code, Errc::kInternal);
}

TEST(Remote, ReadsEveryForm) {
  EXPECT_EQ(*parse_remote("unix:/run/db.sock"), (Remote{Remote::Kind::kUnix, "/run/db.sock", 0}));
  EXPECT_EQ(*parse_remote("tcp:10.0.0.1:6641"), (Remote{Remote::Kind::kTcp, "10.0.0.1", 6641}));
  EXPECT_EQ(*parse_remote("ssl:[fd00::1]:6641"), (Remote{Remote::Kind::kSsl, "fd00::1", 6641}));
  for (const char* text : {"", "unix:", "tcp:10.0.0.1", "tcp::1", "tcp:10.0.0.1:0", "tcp:10.0.0.1:70000",
                           "udp:1:2", "tcp:10.0.0.1:6641x"}) {
    EXPECT_EQ(parse_remote(text).error().code, Errc::kInvalid) << text;
  }
}

}  // namespace
}  // namespace weft::ovsdb
