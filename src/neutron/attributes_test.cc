#include "neutron/attributes.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace weft::neutron {
namespace {

constexpr Attribute kTable[] = {
    {"id"},
    {"name", kPost | kPut, valid_name},
    {"network_id", kPost | kRequired, valid_uuid},
    {"admin_state_up", kPost | kPut, valid_boolean},
    {"mtu", kPost | kPut, valid_integer},
    {"project_id", kPost, valid_text},
    {"tenant_id", kPost, valid_text},
};
constexpr std::string_view kNetwork = R"("network_id": "a73f0aed-8957-495f-bb95-92cca76d8fc5")";

json::object object(const std::string& text) {
  return json::parse(text).as_object();
}

std::string create_error(const std::string& text) {
  auto result = validate_create(kTable, object(text));
  return result ? "" : result.error().type + ": " + result.error().message;
}

std::string update_error(const std::string& text) {
  auto result = validate_update(kTable, object(text));
  return result ? "" : result.error().type + ": " + result.error().message;
}

TEST(Attributes, RefuseWhatNobodyKnows) {
  EXPECT_EQ(create_error(R"({"colour": 1, "taste": 2})"),
            "HTTPBadRequest: Unrecognized attribute(s) 'colour, taste'");
}

TEST(Attributes, RefuseWhatIsMissing) {
  EXPECT_EQ(create_error(R"({"name": "x"})"),
            "HTTPBadRequest: Failed to parse request. Required attribute 'network_id' not specified");
}

TEST(Attributes, RefuseWhatClientsMayNotSay) {
  EXPECT_EQ(create_error(R"({"id": "x"})"), "HTTPBadRequest: Attribute 'id' not allowed in POST");
  EXPECT_EQ(update_error(std::string("{") + std::string(kNetwork) + "}"),
            "HTTPBadRequest: Cannot update read-only attribute network_id");
}

TEST(Attributes, SayWhatIsWrongWithAValue) {
  EXPECT_EQ(create_error(R"({"network_id": "net"})"),
            "HTTPBadRequest: Invalid input for network_id. Reason: 'net' is not a valid UUID.");
  EXPECT_EQ(update_error(R"({"name": 5})"),
            "HTTPBadRequest: Invalid input for name. Reason: '5' is not a valid string.");
  EXPECT_EQ(update_error(R"({"name": "a\u0000b"})").substr(0, 22), "HTTPBadRequest: Invali");
  EXPECT_EQ(update_error(R"({"admin_state_up": "maybe"})"),
            "InvalidInput: Invalid input for operation: 'maybe' cannot be converted to boolean.");
  EXPECT_EQ(update_error(R"({"mtu": "big"})"),
            "InvalidInput: Invalid input for operation: 'big' is not an integer.");
}

TEST(Attributes, ConvertWhatTheCommandLineSends) {
  auto body = validate_update(kTable, object(R"({"mtu": "1400", "admin_state_up": "False"})"));
  ASSERT_TRUE(body);
  EXPECT_EQ(integer_of(*body, "mtu"), 1400);
  EXPECT_FALSE(given(*body, "admin_state_up")->as_bool());
}

TEST(Attributes, KeepProjectAndTenantEqual) {
  EXPECT_EQ(
      create_error(std::string(R"({"project_id": "a", "tenant_id": "b", )") + std::string(kNetwork) + "}"),
      "HTTPBadRequest: 'project_id' and 'tenant_id' do not match");
}

TEST(Bodies, ComeAloneOrInBulk) {
  auto one = parse_create_body(R"({"port": {"name": "a"}})", "port", "ports");
  ASSERT_TRUE(one);
  EXPECT_FALSE(one->bulk);
  auto two = parse_create_body(R"({"ports": [{"name": "a"}, {"port": {"name": "b"}}]})", "port", "ports");
  ASSERT_TRUE(two);
  EXPECT_TRUE(two->bulk);
  EXPECT_EQ(text_of(two->objects.at(1), "name"), "b");
}

TEST(Bodies, AreRefusedWhenMalformed) {
  for (auto text :
       {"", "{", "[]", "5", R"({"network": {}})", R"({"port": 5})", R"({"ports": []})", R"({"ports": [5]})"})
    EXPECT_FALSE(parse_create_body(text, "port", "ports")) << text;
}

}  // namespace
}  // namespace weft::neutron
