#include "neutron/errors.h"

#include <gtest/gtest.h>

#include "neutron/utf8.h"

namespace weft::neutron {
namespace {

TEST(Errors, LookAsNeutronsDo) {
  auto response = to_response(Error(Errc::kNotFound, "Network tn1 could not be found.", "NetworkNotFound"));
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(
      response.body,
      R"({"NeutronError": {"type": "NetworkNotFound", "message": "Network tn1 could not be found.", "detail": ""}})");
}

TEST(Errors, HaveNeutronsStatuses) {
  EXPECT_EQ(status_of(Error(Errc::kConflict, "", "MacAddressInUse")), 409);
  EXPECT_EQ(status_of(Error(Errc::kConflict, "", "RevisionNumberConstraintFailed")), 412);
  EXPECT_EQ(status_of(Error(Errc::kInvalid, "", "InvalidInput")), 400);
  EXPECT_EQ(status_of(Error(Errc::kExhausted, "")), 409);
  EXPECT_EQ(status_of(Error(Errc::kUnavailable, "")), 503);
  EXPECT_EQ(status_of(no_such_method()), 405);
}

TEST(Errors, KeepTheStoresWordsToThemselves) {
  auto conflict = to_response(Error(Errc::kConflict, "\"where\" clause", "constraint violation"));
  EXPECT_EQ(conflict.body.find("where"), std::string::npos);
  EXPECT_NE(conflict.body.find(R"("type": "Conflict")"), std::string::npos);
  auto bug = to_response(Error(Errc::kInternal, "pointer 0x17"));
  EXPECT_EQ(bug.status, 500);
  EXPECT_EQ(bug.body.find("0x17"), std::string::npos);
}

TEST(Errors, CoverRequestsThatNeverBecameOne) {
  auto refusal = to_refusal(413, "the body is too large");
  EXPECT_EQ(refusal.status, 413);
  EXPECT_EQ(refusal.content_type, "application/json");
  EXPECT_EQ(
      refusal.body,
      R"({"NeutronError": {"type": "HTTPRequestEntityTooLarge", "message": "the body is too large", "detail": ""}})");
}

TEST(Errors, AreJsonWhateverTheMessage) {
  auto response = to_response(Error(Errc::kInvalid, "a\"b\\c\n\x01"));
  EXPECT_NE(response.body.find(R"(a\"b\\c\n\u0001)"), std::string::npos);
}

TEST(Utf8, IsToldFromOtherBytes) {
  EXPECT_TRUE(is_utf8("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\xa7\xb5"));
  for (auto text : {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"})
    EXPECT_FALSE(is_utf8(text)) << text;
}

}  // namespace
}  // namespace weft::neutron
