#include "http/target.h"

#include <gtest/gtest.h>

namespace weft::http {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST(Target, SplitsPathAndQuery) {
  auto target = parse_target("/v2.0/ports?name=a&name=b&binding%3Ahost_id=node1");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/v2.0/ports");
  EXPECT_EQ(target->query, (Pairs{{"name", "a"}, {"name", "b"}, {"binding:host_id", "node1"}}));
}

TEST(Target, DecodesTheValueOnlyOnce) {
  auto target = parse_target("/x?fixed_ips=subnet_id%3D794e%2541");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->query, (Pairs{{"fixed_ips", "subnet_id=794e%41"}}));
}

TEST(Target, TakesPlusAsSpaceInQueriesOnly) {
  auto target = parse_target("/a+b?c=d+e&flag");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/a+b");
  EXPECT_EQ(target->query, (Pairs{{"c", "d e"}, {"flag", ""}}));
}

TEST(Target, ReadsAbsoluteForm) {
  EXPECT_EQ(parse_target("http://10.0.0.1:9696/v2.0/")->path, "/v2.0/");
  EXPECT_EQ(parse_target("http://10.0.0.1:9696")->path, "/");
}

TEST(Target, RefusesBrokenEscapes) {
  for (auto text : {"/%", "/%4", "/%zz", "/%00", "/x?a=%f", "x", "", "*"})
    EXPECT_FALSE(parse_target(text)) << text;
}

TEST(Target, DecodingUndoesEncoding) {
  std::string all;
  for (int c = 1; c < 256; ++c) all += static_cast<char>(c);
  EXPECT_EQ(percent_decode(percent_encode(all), true), all);
}

}  // namespace
}  // namespace weft::http
