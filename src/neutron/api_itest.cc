// The API on a real ovsdb-server, in one process: what clients send, what they get, and that nothing is half
// made.
#include <set>

#include "neutron/api_fixture.h"

namespace weft::neutron {
namespace {

/// All but the distributed ports.
constexpr const char* kOwnedPorts = "/ports?device_owner=";

TEST_F(NeutronApi, TakesObjectsThroughTheirLives) {
  auto network = make_network();
  auto subnet = make_subnet(network);
  auto created = call("POST", "/ports", port_body(network, R"("name": "tp1")"));
  ASSERT_EQ(created.status, 201);
  const auto& port = created.body.at("port").as_object();
  EXPECT_EQ(std::string(port.at("fixed_ips").at(0).at("subnet_id").as_string()), subnet);
  EXPECT_EQ(port.at("security_groups").as_array().size(), 1u);
  auto id = std::string(port.at("id").as_string());
  EXPECT_EQ(call("GET", "/ports/" + id).body.at("port"), created.body.at("port"));
  auto updated = call("PUT", "/ports/" + id, R"({"port": {"name": "tp2", "binding:host_id": "node1"}})");
  ASSERT_EQ(updated.status, 200);
  EXPECT_EQ(updated.body.at("port").at("name"), "tp2");
  EXPECT_EQ(updated.body.at("port").at("binding:host_id"), "node1");
  EXPECT_EQ(updated.body.at("port").at("revision_number"), 2);
  EXPECT_EQ(count("/ports?name=tp2", "ports"), 1u);
  EXPECT_EQ(outcome("DELETE", "/networks/" + network), "409 NetworkInUse");
  EXPECT_EQ(outcome("DELETE", "/subnets/" + subnet), "409 SubnetInUse");
  EXPECT_EQ(outcome("DELETE", "/ports/" + id), "204");
  EXPECT_EQ(outcome("GET", "/ports/" + id), "404 PortNotFound");
  EXPECT_EQ(outcome("DELETE", "/networks/" + network), "204");
  EXPECT_EQ(outcome("GET", "/subnets/" + subnet), "404 SubnetNotFound");
}

TEST_F(NeutronApi, AllocatesVnisAndMtusPerEncapsulation) {
  auto vxlan = call("POST", "/networks", R"({"network": {"name": "a"}})").body.at("network").as_object();
  EXPECT_EQ(vxlan.at("provider:network_type"), "vxlan");
  EXPECT_GT(vxlan.at("provider:segmentation_id").as_int64(), 0);
  EXPECT_EQ(vxlan.at("mtu"), 1450);
  auto body =
      R"({"network": {"provider:network_type": "geneve", "provider:segmentation_id": "77", "mtu": "1400"}})";
  auto geneve = call("POST", "/networks", body).body.at("network").as_object();
  EXPECT_EQ(geneve.at("provider:segmentation_id"), 77);
  EXPECT_EQ(geneve.at("mtu"), 1400);
  EXPECT_EQ(outcome("POST", "/networks", body), "409 TunnelIdInUse");
  EXPECT_EQ(outcome("POST", "/networks", R"({"network": {"mtu": 1451}})"), "400 InvalidInput");
  EXPECT_EQ(outcome("POST", "/networks", R"({"network": {"provider:network_type": "vlan"}})"),
            "400 InvalidInput");
}

TEST_F(NeutronApi, RefusesBadInputAndLeavesNothingBehind) {
  auto network = make_network();
  auto subnet = make_subnet(network);
  const std::string unknown = "a73f0aed-8957-495f-bb95-92cca76d8fc5";
  auto subnet_body = [&](const std::string& rest) {
    return R"({"subnet": {"ip_version": 4, "network_id": ")" + network + R"(", )" + rest + "}}";
  };
  struct Case {
    std::string path, body, outcome;
  };
  const Case cases[] = {
      {"/networks", "{\"network\": {", "400 HTTPBadRequest"},
      {"/networks", R"({"port": {}})", "400 HTTPBadRequest"},
      {"/networks", R"({"network": {"colour": 1}})", "400 HTTPBadRequest"},
      {"/networks", R"({"network": {"name": 5}})", "400 HTTPBadRequest"},
      {"/networks", R"({"network": {"admin_state_up": "maybe"}})", "400 InvalidInput"},
      {"/nonsense", "{}", "404 HTTPNotFound"},
      {"/subnets", subnet_body(R"("cidr": "10.7.0.0/25")"), "400 InvalidInput"},
      {"/subnets", subnet_body(R"("cidr": "10.8.0.0/33")"), "400 HTTPBadRequest"},
      {"/subnets", subnet_body(R"("name": "x")"), "400 BadRequest"},
      {"/subnets", subnet_body(R"("cidr": "fd00::/64")"), "400 InvalidInput"},
      {"/subnets",
       R"({"subnet": {"ip_version": 4, "cidr": "10.8.0.0/24", "network_id": ")" + unknown + "\"}}",
       "404 NetworkNotFound"},
      {"/subnets", subnet_body(R"("cidr": "10.8.0.0/24", "gateway_ip": "10.8.0.0")"), "400 InvalidInput"},
      {"/subnets",
       subnet_body(
           R"("cidr": "10.8.0.0/24", "allocation_pools": [{"start": "10.8.0.1", "end": "10.8.0.9"}])"),
       "409 GatewayConflictWithAllocationPools"},
      {"/ports", port_body(unknown), "404 NetworkNotFound"},
      {"/ports", R"({"port": {"name": "x"}})", "400 HTTPBadRequest"},
      {"/ports", port_body(network, R"("fixed_ips": [{"ip_address": "10.9.0.1"}])"),
       "400 InvalidIpForNetwork"},
      {"/ports",
       port_body(network, R"("fixed_ips": [{"subnet_id": ")" + subnet + R"(", "ip_address": "10.9.0.1"}])"),
       "400 InvalidIpForSubnet"},
      {"/ports", port_body(network, R"("mac_address": "zz")"), "400 HTTPBadRequest"},
      {"/ports", port_body(network, R"("security_groups": [")" + unknown + "\"]"),
       "404 SecurityGroupNotFound"},
      {"/ports",
       port_body(network,
                 R"("port_security_enabled": false, "allowed_address_pairs": [{"ip_address": "10.0.0.1"}])"),
       "409 AddressPairAndPortSecurityRequired"},
      {"/security-groups", R"({"security_group": {"name": "default"}})",
       "409 SecurityGroupDefaultAlreadyExists"},
      {"/security-group-rules",
       R"({"security_group_rule": {"direction": "ingress", "security_group_id": ")" + unknown + "\"}}",
       "404 SecurityGroupNotFound"},
  };
  for (const auto& c : cases)
    EXPECT_EQ(outcome("POST", c.path, c.body), c.outcome) << c.path << " " << c.body;
  EXPECT_EQ(count("/networks", "networks"), 1u);
  EXPECT_EQ(count("/subnets", "subnets"), 1u);
  EXPECT_EQ(count(kOwnedPorts, "ports"), 0u);
}

TEST_F(NeutronApi, RefusesWhatIsTaken) {
  auto network = make_network();
  make_subnet(network, "10.7.0.0/29");  // the gateway, .2 to .5, the distributed port
  auto taken = R"("mac_address": "fa:16:3e:00:00:01", "fixed_ips": [{"ip_address": "10.7.0.2"}])";
  EXPECT_EQ(outcome("POST", "/ports", port_body(network, taken)), "201");
  EXPECT_EQ(outcome("POST", "/ports", port_body(network, R"("fixed_ips": [{"ip_address": "10.7.0.2"}])")),
            "409 IpAddressAlreadyAllocated");
  EXPECT_EQ(
      outcome("POST", "/ports", port_body(network, R"("mac_address": "fa:16:3e:00:00:01", "fixed_ips": [])")),
      "409 MacAddressInUse");
  EXPECT_EQ(outcome("POST", "/ports", port_body(network, R"("fixed_ips": [{"ip_address": "10.7.0.6"}])")),
            "409 IpAddressAlreadyAllocated");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(outcome("POST", "/ports", port_body(network)), "201");
  EXPECT_EQ(outcome("POST", "/ports", port_body(network)), "409 IpAddressGenerationFailure");
  EXPECT_EQ(count(kOwnedPorts, "ports"), 4u);
}

TEST_F(NeutronApi, MakesBulksWholeOrNotAtAll) {
  auto network = make_network();
  make_subnet(network);
  auto one = R"({"network_id": ")" + network + "\"}";
  auto made = call("POST", "/ports", R"({"ports": [)" + one + ", " + one + "]}");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.body.at("ports").as_array().size(), 2u);
  auto bad = R"({"network_id": ")" + network + R"(", "fixed_ips": [{"ip_address": "10.9.0.1"}]})";
  EXPECT_EQ(outcome("POST", "/ports", R"({"ports": [)" + one + ", " + bad + "]}"), "400 InvalidIpForNetwork");
  EXPECT_EQ(count(kOwnedPorts, "ports"), 2u);
  EXPECT_EQ(outcome("POST", "/networks", R"({"networks": [{"name": "a"}, {"mtu": 9999}]})"),
            "400 InvalidInput");
  EXPECT_EQ(count("/networks", "networks"), 1u);
  auto asked = R"({"provider:network_type": "vxlan", "provider:segmentation_id": 5})";
  EXPECT_EQ(outcome("POST", "/networks",
                    std::string(R"({"networks": [{"name": "a"}, )") + asked + ", " + asked + "]}"),
            "409 TunnelIdInUse");
  EXPECT_EQ(count("/networks", "networks"), 1u);
  auto subnet = [&](const char* cidr) {
    return R"({"ip_version": 4, "network_id": ")" + network + R"(", "cidr": ")" + cidr + "\"}";
  };
  auto subnets = [&](const char* a, const char* b) {
    return R"({"subnets": [)" + subnet(a) + ", " + subnet(b) + "]}";
  };
  EXPECT_EQ(outcome("POST", "/subnets", subnets("10.8.0.0/24", "10.8.0.0/25")), "400 InvalidInput");
  EXPECT_EQ(count("/subnets", "subnets"), 1u);
  EXPECT_EQ(outcome("POST", "/subnets", subnets("10.8.0.0/24", "10.9.0.0/24")), "201");
  EXPECT_EQ(count("/subnets", "subnets"), 3u);
}

TEST_F(NeutronApi, RefusesProviderAndExternalNetworksOnlyWhenAsked) {
  for (const char* body :
       {R"("provider:network_type": "vlan", "provider:segmentation_id": 7)",
        R"("provider:network_type": "flat", "provider:physical_network": "p")", R"("router:external": true)"})
    EXPECT_EQ(outcome("POST", "/networks", std::string("{\"network\": {") + body + "}}"), "400 InvalidInput");
  auto body = R"({"network": {"router:external": false, "qos_policy_id": null, "is_default": false,
                              "vlan_transparent": null, "availability_zone_hints": [], "dns_domain": ""}})";
  auto made = call("POST", "/networks", body);
  EXPECT_EQ(made.status, 201);
}

TEST_F(NeutronApi, GivesEachProjectADefaultGroup) {
  auto groups = call("GET", "/security-groups?project_id=project-a").body.at("security_groups").as_array();
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].at("name"), "default");
  EXPECT_EQ(groups[0].at("security_group_rules").as_array().size(), 4u);
  Headers other{{"x-project-id", "project-b"}};
  call("GET", "/security-groups", {}, other);
  EXPECT_EQ(count("/security-groups?name=default", "security_groups"), 2u);
}

TEST_F(NeutronApi, GuardsGroupsInUseAndDoubleRules) {
  auto network = make_network();
  auto group = make("/security-groups", "security_group", R"("name": "g")");
  EXPECT_EQ(outcome("POST", "/ports", port_body(network, R"("security_groups": [")" + group + "\"]")), "201");
  EXPECT_EQ(outcome("DELETE", "/security-groups/" + group), "409 SecurityGroupInUse");
  auto rule =
      R"({"security_group_rule": {"direction": "ingress", "protocol": "icmp", "security_group_id": ")" +
      group + "\"}}";
  EXPECT_EQ(outcome("POST", "/security-group-rules", rule), "201");
  EXPECT_EQ(outcome("POST", "/security-group-rules", rule), "409 SecurityGroupRuleExists");
  auto any = rule;
  any.insert(any.size() - 2, R"(, "remote_ip_prefix": "0.0.0.0/0")");
  EXPECT_EQ(outcome("POST", "/security-group-rules", any), "409 SecurityGroupRuleExists");
  auto spare = make("/security-groups", "security_group", R"("name": "spare")");
  EXPECT_EQ(outcome("DELETE", "/security-groups/" + spare), "204");
}

TEST_F(NeutronApi, HonoursIfMatch) {
  auto network = make_network();
  auto body = R"({"network": {"description": "x"}})";
  Headers wrong{{"if-match", "revision_number=99"}}, right{{"if-match", "revision_number=1"}};
  EXPECT_EQ(outcome("PUT", "/networks/" + network, body, wrong), "412 RevisionNumberConstraintFailed");
  EXPECT_EQ(outcome("PUT", "/networks/" + network, body, right), "200");
}

TEST_F(NeutronApi, KeepsTags) {
  auto network = make_network();
  EXPECT_EQ(outcome("PUT", "/networks/" + network + "/tags", R"({"tags": ["red"]})"), "200");
  EXPECT_EQ(outcome("PUT", "/networks/" + network + "/tags/blue"), "201");
  EXPECT_EQ(outcome("GET", "/networks/" + network + "/tags/blue"), "204");
  EXPECT_EQ(outcome("DELETE", "/networks/" + network + "/tags/red"), "204");
  EXPECT_EQ(outcome("GET", "/networks/" + network + "/tags/red"), "404 TagNotFound");
  EXPECT_EQ(count("/networks?tags=blue", "networks"), 1u);
  EXPECT_EQ(outcome("PUT", "/networks/" + network + "/tags/%ff"), "400 HTTPBadRequest");
}

TEST_F(NeutronApi, NeverHandsOutOneAddressTwiceFromTwoServers) {
  auto network = make_network();
  make_subnet(network, "10.7.0.0/27");  // 28 hosts beside the gateway and the distributed port
  run_until([&] { return second_->store.intent().subnets_of(*Uuid::parse(network)).size() == 1; });
  std::vector<std::shared_ptr<Answer>> answers;
  for (int i = 0; i < 40; ++i)
    answers.push_back(send(i % 2 ? *first_ : *second_, "POST", "/ports", port_body(network)));
  run_until([&] {
    return std::all_of(answers.begin(), answers.end(), [](const auto& a) { return a->status != 0; });
  });
  std::set<std::string> addresses;
  int refused = 0;
  for (const auto& answer : answers) {
    if (answer->status == 201) {
      addresses.insert(
          std::string(answer->body.at("port").at("fixed_ips").at(0).at("ip_address").as_string()));
    } else {
      EXPECT_EQ(answer->error_type(), "IpAddressGenerationFailure");
      ++refused;
    }
  }
  EXPECT_EQ(addresses.size(), 28u);
  EXPECT_EQ(refused, 12);
}

TEST_F(NeutronApi, TakesAllOfManyUpdatesOfOnePort) {
  auto id = make("/ports", "port", R"("network_id": ")" + make_network() + '"');
  std::vector<std::shared_ptr<Answer>> answers;
  for (int i = 0; i < 40; ++i)
    answers.push_back(
        send(*first_, "PUT", "/ports/" + id, R"({"port": {"name": "n)" + std::to_string(i) + "\"}}"));
  run_until([&] {
    return std::all_of(answers.begin(), answers.end(), [](const auto& a) { return a->status != 0; });
  });
  for (const auto& answer : answers) EXPECT_EQ(answer->status, 200) << json::serialize(answer->body);
}

TEST_F(NeutronApi, LetsOnlyOneOfTwoOverlappingSubnetsIn) {
  auto network = make_network();
  run_until([&] { return second_->store.intent().find<model::Network>(*Uuid::parse(network)) != nullptr; });
  auto body = [&](const char* cidr) {
    return R"({"subnet": {"ip_version": 4, "network_id": ")" + network + R"(", "cidr": ")" + cidr + "\"}}";
  };
  auto wide = send(*first_, "POST", "/subnets", body("10.7.0.0/16"));
  auto narrow = send(*second_, "POST", "/subnets", body("10.7.1.0/24"));
  run_until([&] { return wide->status != 0 && narrow->status != 0; });
  EXPECT_EQ(std::set<int>({wide->status, narrow->status}), (std::set<int>{201, 400}));
}

TEST_F(NeutronApi, ReadsOnAndRefusesWritesWhileTheStoreIsAway) {
  auto network = make_network();
  server_->stop();
  run_until([this] { return !first_->store.synced(); });
  EXPECT_EQ(outcome("GET", "/networks/" + network), "200");
  EXPECT_EQ(outcome("POST", "/networks", R"({"network": {}})"), "503 ServiceUnavailable");
}

TEST_F(NeutronApi, SaysWhatItIs) {
  EXPECT_EQ(call("GET", "/").body.at("resources").as_array().size(), 7u);
  EXPECT_EQ(outcome("GET", "/extensions/security-group"), "200");
  EXPECT_EQ(outcome("GET", "/extensions/address-group"), "200");
  EXPECT_EQ(outcome("GET", "/extensions/router"), "404 HTTPNotFound");
  EXPECT_EQ(outcome("PATCH", "/networks"), "405 HTTPMethodNotAllowed");
  EXPECT_EQ(count("/agents", "agents"), 0u);
}

}  // namespace
}  // namespace weft::neutron
