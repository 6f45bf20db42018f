#include "cni/protocol.h"

#include <gtest/gtest.h>

namespace weft::cni {
namespace {

Attachment attachment() {
  Attachment a;
  a.config = {.version = "1.0.0", .name = "weft", .network = "n1", .project = "p", .default_route = true};
  a.container_id = "c1";
  a.netns = "/run/netns/c1";
  a.ifname = "eth0";
  a.pod_name = "web-0";
  return a;
}

TEST(CniProtocol, CarriesAnAttachment) {
  auto sent = attachment();
  sent.config.security_groups = {"a", "b"};
  auto got = parse_attachment(attachment_json(sent));
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(got->config.network, "n1");
  EXPECT_EQ(got->config.project, "p");
  EXPECT_EQ(got->config.security_groups, sent.config.security_groups);
  EXPECT_TRUE(got->config.default_route);
  EXPECT_EQ(got->container_id, "c1");
  EXPECT_EQ(got->netns, "/run/netns/c1");
  EXPECT_EQ(got->ifname, "eth0");
  EXPECT_EQ(got->pod_name, "web-0");
}

TEST(CniProtocol, TellsNoGroupsFromUnspecifiedGroups) {
  auto sent = attachment();
  EXPECT_FALSE(parse_attachment(attachment_json(sent))->config.security_groups);
  sent.config.security_groups.emplace();
  EXPECT_TRUE(parse_attachment(attachment_json(sent))->config.security_groups);
}

TEST(CniProtocol, RefusesOtherBodies) {
  for (auto body : {"", "[]", "{}", R"({"cni_version":1})"}) EXPECT_FALSE(parse_attachment(body)) << body;
}

TEST(CniProtocol, PathsNameCommands) {
  EXPECT_EQ(request_path(Command::kAdd), "/cni/add");
  EXPECT_EQ(parse_request_path("/cni/del"), Command::kDel);
  EXPECT_FALSE(parse_request_path("/cni/version")) << "VERSION needs no agent";
  EXPECT_FALSE(parse_request_path("/"));
}

}  // namespace
}  // namespace weft::cni
