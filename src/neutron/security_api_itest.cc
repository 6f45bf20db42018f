// Groups, rules, address groups and port security on a real ovsdb-server: what Neutron refuses is refused in
// its words, and a refused request leaves nothing behind.
#include "neutron/api_fixture.h"

namespace weft::neutron {
namespace {

const std::string kUnknown = "a73f0aed-8957-495f-bb95-92cca76d8fc5";

class SecurityApi : public NeutronApi {
 protected:
  void SetUp() override {
    NeutronApi::SetUp();
    network_ = make_network();
    make_subnet(network_);
    group_ = make_group("web");
  }

  std::string make_group(const std::string& name, const std::string& rest = {}) {
    return make("/security-groups", "security_group", "\"name\": \"" + name + '"' + rest);
  }
  std::string make_address_group(const std::string& addresses) {
    return make("/address-groups", "address_group", R"("name": "ag", "addresses": )" + addresses);
  }
  std::string make_port(const std::string& rest = {}) {
    return make("/ports", "port", "\"network_id\": \"" + network_ + '"' + (rest.empty() ? "" : ", " + rest));
  }
  static std::string in_groups(const std::vector<std::string>& ids) {
    std::string list;
    for (const auto& id : ids) list += (list.empty() ? "\"" : ", \"") + id + '"';
    return "\"security_groups\": [" + list + "]";
  }
  std::string rule(const std::string& rest, const std::string& group = {}) const {
    return R"({"direction": "ingress", "security_group_id": ")" + (group.empty() ? group_ : group) + '"' +
           (rest.empty() ? "" : ", " + rest) + "}";
  }
  std::string one_rule(const std::string& rest) const {
    return R"({"security_group_rule": )" + rule(rest) + "}";
  }
  std::string make_rule(const std::string& rest) {
    auto answer = call("POST", "/security-group-rules", one_rule(rest));
    EXPECT_EQ(answer.status, 201) << rest << json::serialize(answer.body);
    return answer.status == 201 ? std::string(answer.body.at("security_group_rule").at("id").as_string())
                                : "";
  }
  json::object show(const std::string& path, const std::string& name) {
    return call("GET", path).body.at(name).as_object();
  }
  std::string post_port(const std::string& rest) {
    return outcome("POST", "/ports", port_body(network_, rest));
  }
  std::string change_port(const std::string& id, const std::string& rest) {
    return outcome("PUT", "/ports/" + id, R"({"port": {)" + rest + "}}");
  }

  /// All that there is, as clients see it.
  std::string everything() {
    std::string all;
    for (const char* path : {"/security-groups", "/security-group-rules", "/address-groups", "/ports"})
      all += json::serialize(call("GET", path).body);
    return all;
  }
  /// The request is refused like this, and nothing has changed.
  void refuses(const std::string& expected, const std::string& method, const std::string& path,
               const std::string& body = {}) {
    const auto before = everything();
    EXPECT_EQ(outcome(method, path, body), expected) << method << ' ' << path << ' ' << body;
    EXPECT_EQ(everything(), before) << method << ' ' << path << ' ' << body;
  }
  std::string message(const std::string& method, const std::string& path, const std::string& body) {
    return std::string(call(method, path, body).body.at("NeutronError").at("message").as_string());
  }

  std::string network_, group_;
};

TEST_F(SecurityApi, RefusesRulesAsNeutronDoes) {
  auto address_group = make_address_group(R"(["10.0.0.0/8"])");
  make_rule(R"("protocol": "tcp", "port_range_min": 22, "port_range_max": 22)");
  struct Case {
    std::string rest, outcome;
  };
  const Case cases[] = {
      {R"("direction": "sideways")", "400 HTTPBadRequest"},
      {R"("ethertype": "IPv5")", "400 SecurityGroupRuleInvalidEtherType"},
      {R"("protocol": "tcpip")", "400 SecurityGroupRuleInvalidProtocol"},
      {R"("protocol": 256)", "400 SecurityGroupRuleInvalidProtocol"},
      {R"("protocol": "-1")", "400 SecurityGroupRuleInvalidProtocol"},
      {R"("protocol": "tcp", "port_range_min": 65536, "port_range_max": 65536)",
       "400 SecurityGroupInvalidPortValue"},
      {R"("protocol": "tcp", "port_range_min": 0, "port_range_max": 5)", "400 SecurityGroupInvalidPortValue"},
      {R"("protocol": "tcp", "port_range_min": 5, "port_range_max": 4)", "400 SecurityGroupInvalidPortRange"},
      {R"("protocol": 132, "port_range_min": 5)", "400 SecurityGroupInvalidPortRange"},
      {R"("port_range_min": 5, "port_range_max": 5)", "400 SecurityGroupProtocolRequiredWithPorts"},
      {R"("protocol": 112, "port_range_min": 5, "port_range_max": 5)",
       "400 SecurityGroupInvalidProtocolForPort"},
      {R"("protocol": "icmp", "port_range_min": 256)", "400 SecurityGroupInvalidIcmpValue"},
      {R"("protocol": "icmp", "port_range_max": 1)", "400 SecurityGroupMissingIcmpType"},
      {R"("protocol": "ipv6-frag")", "400 SecurityGroupEthertypeConflictWithProtocol"},
      {R"("protocol": 58)", "400 SecurityGroupEthertypeConflictWithProtocol"},
      {R"("remote_ip_prefix": "fd00::/8")", "400 SecurityGroupRuleParameterConflict"},
      {R"("remote_ip_prefix": "10.0.0.0/33")", "400 InvalidCIDR"},
      {R"("remote_ip_prefix": "10.0.0.0/8", "remote_group_id": ")" + group_ + '"',
       "400 SecurityGroupMultipleRemoteEntites"},
      {R"("remote_address_group_id": ")" + address_group + R"(", "remote_group_id": ")" + group_ + '"',
       "400 SecurityGroupMultipleRemoteEntites"},
      {R"("remote_group_id": ")" + kUnknown + '"', "404 SecurityGroupNotFound"},
      {R"("remote_group_id": "web")", "404 SecurityGroupNotFound"},
      {R"("remote_address_group_id": ")" + kUnknown + '"', "404 AddressGroupNotFound"},
      {R"("protocol": 6, "port_range_min": 22, "port_range_max": 22)", "409 SecurityGroupRuleExists"},
      {R"("protocol": "TCP", "port_range_min": 22, "port_range_max": 22, "remote_ip_prefix": "0.0.0.0/0")",
       "409 SecurityGroupRuleExists"},
  };
  for (const auto& c : cases) refuses(c.outcome, "POST", "/security-group-rules", one_rule(c.rest));
  refuses("404 SecurityGroupNotFound", "POST", "/security-group-rules",
          R"({"security_group_rule": )" + rule("", kUnknown) + "}");
}

TEST_F(SecurityApi, TakesWhatNeutronTakes) {
  const std::string remote = "\"remote_group_id\": \"" + group_ + R"(", "protocol": )";
  for (const char* protocol : {"0", "4", "47", "50", "112", "132", "255"}) make_rule(remote + protocol);
  for (const char* protocol : {"ipip", "gre", "VRRP", "hopopt", "ipv6-route"})
    make_rule(remote + '"' + protocol + R"(", "ethertype": "IPv6")");
  auto legacy = make_rule(R"("protocol": "icmp", "ethertype": "IPv6", "port_range_min": 128)");
  EXPECT_EQ(show("/security-group-rules/" + legacy, "security_group_rule").at("protocol"), "ipv6-icmp");
  auto all_ports = make_rule(R"("protocol": "udp", "port_range_min": 1, "port_range_max": 65535)");
  EXPECT_TRUE(
      show("/security-group-rules/" + all_ports, "security_group_rule").at("port_range_max").is_null());
}

TEST_F(SecurityApi, ShowsAPrefixAsItWasWrittenAndInItsNormalForm) {
  auto id = make_rule(R"("remote_ip_prefix": "10.0.0.5/24")");
  auto shown = show("/security-group-rules/" + id, "security_group_rule");
  EXPECT_EQ(shown.at("remote_ip_prefix"), "10.0.0.5/24");
  EXPECT_EQ(shown.at("normalized_cidr"), "10.0.0.0/24");
  auto host = make_rule(R"("remote_ip_prefix": "10.0.0.5")");
  EXPECT_EQ(show("/security-group-rules/" + host, "security_group_rule").at("remote_ip_prefix"),
            "10.0.0.5/32");
}

TEST_F(SecurityApi, MakesBulksOfRulesWholeOrNotAtAll) {
  auto other = make_group("other");
  auto bulk = [](const std::string& a, const std::string& b) {
    return R"({"security_group_rules": [)" + a + ", " + b + "]}";
  };
  const std::string path = "/security-group-rules", tcp = rule(R"("protocol": "tcp")");
  refuses("409 DuplicateSecurityGroupRuleInPost", "POST", path, bulk(tcp, rule(R"("protocol": 6)")));
  refuses("400 SecurityGroupNotSingleGroupRules", "POST", path, bulk(tcp, rule("", other)));
  refuses("400 SecurityGroupRulesNotSingleTenant", "POST", path,
          bulk(tcp, rule(R"("protocol": "udp", "tenant_id": "project-b")")));
  refuses("400 SecurityGroupRuleParameterConflict", "POST", path,
          bulk(tcp, rule(R"("remote_ip_prefix": "fd00::/8")")));
  EXPECT_EQ(outcome("POST", path, bulk(tcp, rule(R"("protocol": "udp")"))), "201");
  refuses("409 SecurityGroupRuleExists", "POST", path, bulk(rule(R"("protocol": "icmp")"), tcp));
}

TEST_F(SecurityApi, CountsRulesAmongTheGroupsRevisions) {
  auto revision = [&] { return show("/security-groups/" + group_, "security_group").at("revision_number"); };
  EXPECT_EQ(revision(), 1);
  auto id = make_rule(R"("protocol": "tcp")");
  EXPECT_EQ(revision(), 2);
  EXPECT_EQ(outcome("DELETE", "/security-group-rules/" + id), "204");
  EXPECT_EQ(revision(), 3);
  EXPECT_EQ(outcome("DELETE", "/security-group-rules/" + id), "404 SecurityGroupRuleNotFound");
}

TEST_F(SecurityApi, KeepsTheDefaultGroupApart) {
  auto found = call("GET", "/security-groups?name=default&project_id=project-a").body.at("security_groups");
  ASSERT_EQ(found.as_array().size(), 1u);
  auto id = std::string(found.at(0).at("id").as_string());
  for (const char* name : {"default", "DEFAULT"}) {
    auto body = R"({"security_group": {"name": ")" + std::string(name) + "\"}}";
    refuses("409 SecurityGroupDefaultAlreadyExists", "POST", "/security-groups", body);
    refuses("409 SecurityGroupDefaultAlreadyExists", "PUT", "/security-groups/" + group_, body);
  }
  const std::string named = R"({"security_group": {"name": "mine"}})";
  refuses("409 SecurityGroupCannotUpdateDefault", "PUT", "/security-groups/" + id, named);
  EXPECT_EQ(outcome("PUT", "/security-groups/" + id, R"({"security_group": {"description": "d"}})"), "200");
  EXPECT_EQ(count("/security-groups?project_id=project-b", "security_groups"), 1u) << "made on first use";
}

TEST_F(SecurityApi, LetsAdminsRemoveADefaultGroupThatNoPortHas) {
  const std::string mine = "/security-groups?name=default&project_id=project-a";
  auto found = call("GET", mine).body.at("security_groups");
  const auto id = std::string(found.at(0).at("id").as_string()), path = "/security-groups/" + id;
  Api for_members(Services{first_->store}, std::make_unique<MemberAuthenticator>());
  auto refused = send(for_members, "DELETE", path);
  run_until([&] { return refused->status != 0; });
  EXPECT_EQ(refused->error_type(), "SecurityGroupCannotRemoveDefault");
  auto port = make_port();
  refuses("409 SecurityGroupInUse", "DELETE", path);
  EXPECT_EQ(outcome("DELETE", "/ports/" + port), "204");
  make_rule(R"("remote_group_id": ")" + id + '"');
  EXPECT_EQ(outcome("DELETE", path), "204");
  EXPECT_EQ(outcome("GET", path), "404 SecurityGroupNotFound");
  EXPECT_EQ(count("/security-group-rules?remote_group_id=" + id, "security_group_rules"), 0u);

  auto groups = show("/ports/" + make_port(), "port").at("security_groups").as_array();
  ASSERT_EQ(groups.size(), 1u);
  auto anew = show("/security-groups/" + std::string(groups.front().as_string()), "security_group");
  EXPECT_EQ(anew.at("name"), "default");
  EXPECT_EQ(anew.at("security_group_rules").as_array().size(), 4u);
  EXPECT_EQ(count(mine, "security_groups"), 1u);
}

TEST_F(SecurityApi, RefusesAGroupNamedTwiceAsNeutronDoes) {
  auto port = make_port(in_groups({group_}));
  const auto twice = in_groups({group_, group_});
  refuses("400 HTTPBadRequest", "POST", "/ports", port_body(network_, twice));
  refuses("400 HTTPBadRequest", "PUT", "/ports/" + port, R"({"port": {)" + twice + "}}");
  EXPECT_EQ(message("POST", "/ports", port_body(network_, twice)),
            "Invalid input for security_groups. Reason: Duplicate items in the list: '" + group_ + "'.");
}

TEST_F(SecurityApi, RemovesTheRulesThatNameAGroupTogetherWithIt) {
  auto remote = make_group("remote");
  make_rule(R"("protocol": "tcp", "remote_group_id": ")" + remote + '"');
  auto port = make_port(in_groups({remote}));
  refuses("409 SecurityGroupInUse", "DELETE", "/security-groups/" + remote);
  EXPECT_EQ(change_port(port, in_groups({group_})), "200");
  EXPECT_EQ(outcome("DELETE", "/security-groups/" + remote), "204");
  EXPECT_EQ(count("/security-group-rules?remote_group_id=" + remote, "security_group_rules"), 0u);
  EXPECT_EQ(outcome("DELETE", "/security-groups/" + remote), "404 SecurityGroupNotFound");
}

TEST_F(SecurityApi, KeepsStatefulAndStatelessGroupsApart) {
  auto stateless = make_group("stateless", R"(, "stateful": "false")");
  EXPECT_EQ(show("/security-groups/" + stateless, "security_group").at("stateful"), false);
  auto port = make_port(in_groups({stateless}));
  const auto mixed = in_groups({group_, stateless});
  refuses("409 SecurityGroupConflict", "POST", "/ports", port_body(network_, mixed));
  refuses("409 SecurityGroupConflict", "PUT", "/ports/" + port, R"({"port": {)" + mixed + "}}");
  EXPECT_EQ(
      message("POST", "/ports", port_body(network_, mixed)),
      "Error Cannot apply both stateful and stateless security groups on the same port at the same time "
      "while attempting the operation.");
  const std::string turned = R"({"security_group": {"stateful": true}})";
  refuses("409 SecurityGroupInUse", "PUT", "/security-groups/" + stateless, turned);
  EXPECT_EQ(change_port(port, in_groups({group_})), "200");
  EXPECT_EQ(outcome("PUT", "/security-groups/" + stateless, turned), "200");
  EXPECT_EQ(change_port(port, mixed), "200");
}

TEST_F(SecurityApi, InheritsPortSecurityFromTheNetwork) {
  auto open = make("/networks", "network", R"("name": "open", "port_security_enabled": false)");
  auto port = call("POST", "/ports", port_body(open)).body.at("port").as_object();
  EXPECT_EQ(port.at("port_security_enabled"), false);
  EXPECT_TRUE(port.at("security_groups").as_array().empty());
  auto guarded = call("POST", "/ports", port_body(open, R"("port_security_enabled": true)")).body.at("port");
  EXPECT_EQ(guarded.at("security_groups").as_array().size(), 1u);
  auto trusted =
      call("POST", "/ports", port_body(network_, R"("device_owner": "network:dhcp")")).body.at("port");
  EXPECT_EQ(trusted.at("port_security_enabled"), false);
  EXPECT_EQ(outcome("PUT", "/networks/" + open, R"({"network": {"port_security_enabled": true}})"), "200");
  auto id = std::string(port.at("id").as_string());
  EXPECT_EQ(show("/ports/" + id, "port").at("port_security_enabled"), false)
      << "a default for new ports only";
}

TEST_F(SecurityApi, RefusesGroupsAndPairsWithoutPortSecurity) {
  const std::string off = R"("port_security_enabled": false)",
                    pair = R"("allowed_address_pairs": [{"ip_address": "10.9.0.0/16"}])";
  const auto groups = in_groups({group_}), path = std::string("/ports");
  refuses("400 PortSecurityAndIPRequiredForSecurityGroups", "POST", path,
          port_body(network_, off + ", " + groups));
  refuses("409 AddressPairAndPortSecurityRequired", "POST", path, port_body(network_, off + ", " + pair));
  auto id = make_port(groups + ", " + pair);
  auto change = [](const std::string& rest) { return R"({"port": {)" + rest + "}}"; };
  refuses("409 AddressPairAndPortSecurityRequired", "PUT", "/ports/" + id, change(off));
  const std::string no_pairs = off + R"(, "allowed_address_pairs": [])";
  refuses("409 PortSecurityPortHasSecurityGroup", "PUT", "/ports/" + id, change(no_pairs));
  refuses("400 PortSecurityAndIPRequiredForSecurityGroups", "PUT", "/ports/" + id,
          change(no_pairs + ", " + groups));
  EXPECT_EQ(change_port(id, no_pairs + R"(, "security_groups": [])"), "200");
  refuses("400 PortSecurityAndIPRequiredForSecurityGroups", "PUT", "/ports/" + id, change(groups));
  refuses("409 AddressPairAndPortSecurityRequired", "PUT", "/ports/" + id, change(pair));
  EXPECT_EQ(change_port(id, R"("port_security_enabled": true, )" + groups + ", " + pair), "200");
  EXPECT_EQ(change_port(id, R"("allowed_address_pairs": null, "security_groups": null)"), "200");
  EXPECT_TRUE(show("/ports/" + id, "port").at("security_groups").as_array().empty());
}

TEST_F(SecurityApi, RefusesAddressPairsAsNeutronDoes) {
  auto pairs = [&](const std::string& list) {
    return port_body(network_, R"("mac_address": "fa:16:3e:00:00:01", "allowed_address_pairs": )" + list);
  };
  std::string eleven;
  for (int i = 1; i <= 11; ++i)
    eleven += (eleven.empty() ? "" : ", ") + (R"({"ip_address": "10.9.0.)" + std::to_string(i) + "\"}");
  refuses("400 AllowedAddressPairExhausted", "POST", "/ports", pairs("[" + eleven + "]"));
  refuses("400 HTTPBadRequest", "POST", "/ports", pairs(R"("10.9.0.1")"));
  refuses("400 AllowedAddressPairsMissingIP", "POST", "/ports",
          pairs(R"([{"mac_address": "fa:16:3e:00:00:02"}])"));
  refuses("400 HTTPBadRequest", "POST", "/ports", pairs(R"([{"ip_address": "10.9.0.300"}])"));
  refuses("400 HTTPBadRequest", "POST", "/ports",
          pairs(R"([{"ip_address": "10.9.0.1", "mac_address": null}])"));
  refuses("400 HTTPBadRequest", "POST", "/ports", pairs(R"([{"ip_address": "10.9.0.1", "colour": "red"}])"));
  refuses("400 DuplicateAddressPairInRequest", "POST", "/ports",
          pairs(R"([{"ip_address": "10.9.0.1"}, {"ip_address": "10.9.0.1"}])"));
  refuses(
      "400 DuplicateAddressPairInRequest", "POST", "/ports",
      pairs(
          R"([{"ip_address": "10.9.0.1"}, {"ip_address": "10.9.0.1", "mac_address": "fa:16:3e:00:00:01"}])"));
  auto made =
      call("POST", "/ports", pairs(R"([{"ip_address": "10.9.0.0/16", "mac_address": "FA-16-3E-00-00-02"},
                             {"ip_address": "10.9.0.0/16"}, {"ip_address": "fd00::/64"}])"));
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(made.body.at("port").at("allowed_address_pairs").as_array().size(), 3u);
}

TEST_F(SecurityApi, AnswersAddressPairsAsTheyWereWritten) {
  const std::string own = "fa:16:3e:00:00:01";
  auto pair = [&](const std::string& ip, const std::string& mac) {
    return json::object{{"ip_address", ip}, {"mac_address", mac}};
  };
  const json::array pairs = {
      pair("10.0.0.77/24", own),         pair("10.0.0.78/24", own),
      pair("10.0.0.0/24", own),          pair("10.0.0.77", own),
      pair("10.0.0.77/32", own),         pair("2001:DB8::5/64", own),
      pair("2001:DB8::5", own),          pair("10.0.0.77", "FA:16:3E:00:00:02"),
      pair("10.0.0.77", "fa163e000001"),
  };
  auto has = [](const json::object& port, const json::array& wanted) {
    const auto& shown = port.at("allowed_address_pairs").as_array();
    return shown.size() == wanted.size() && std::is_permutation(shown.begin(), shown.end(), wanted.begin());
  };
  auto id =
      make_port("\"mac_address\": \"" + own + "\", \"allowed_address_pairs\": " + json::serialize(pairs));
  EXPECT_TRUE(has(show("/ports/" + id, "port"), pairs)) << json::serialize(show("/ports/" + id, "port"));
  const json::array fewer(pairs.begin() + 1, pairs.end());
  EXPECT_EQ(change_port(id, "\"allowed_address_pairs\": " + json::serialize(fewer)), "200");
  EXPECT_TRUE(has(show("/ports/" + id, "port"), fewer)) << json::serialize(show("/ports/" + id, "port"));
  refuses(
      "400 DuplicateAddressPairInRequest", "PUT", "/ports/" + id,
      R"({"port": {"allowed_address_pairs": [{"ip_address": "10.0.0.77/24"}, {"ip_address": "10.0.0.77/24"}]}})");
}

TEST_F(SecurityApi, TakesAddressGroupsThroughTheirLives) {
  auto id = make_address_group(R"(["10.0.0.0/8", "10.1.2.3/16", "10.1.0.0/16"])");
  auto path = "/address-groups/" + id;
  auto group = show(path, "address_group");
  EXPECT_EQ(json::serialize(group.at("addresses")), R"(["10.0.0.0/8","10.1.0.0/16"])");
  EXPECT_EQ(group.at("shared"), false);
  auto added = call("PUT", path + "/add_addresses", R"({"addresses": ["192.0.2.1", "2001:db8::/32"]})");
  EXPECT_EQ(added.status, 200);
  EXPECT_EQ(added.body.at("address_group").at("addresses").as_array().size(), 4u);
  EXPECT_EQ(added.body.at("address_group").at("revision_number"), 2);
  auto removed =
      call("PUT", path + "/remove_addresses", R"({"address_group": {"addresses": ["192.0.2.1/32"]}})");
  EXPECT_EQ(removed.body.at("address_group").at("addresses").as_array().size(), 3u);
  EXPECT_EQ(outcome("PUT", path, R"({"address_group": {"name": "new", "description": "d"}})"), "200");
  EXPECT_EQ(count("/address-groups?name=new", "address_groups"), 1u);
  EXPECT_EQ(outcome("DELETE", path), "204");
  EXPECT_EQ(outcome("GET", path), "404 AddressGroupNotFound");
  EXPECT_TRUE(first_->store.intent().all<model::AddressGroupEntry>().empty());
}

TEST_F(SecurityApi, RefusesAddressesAsNeutronDoes) {
  auto id = make_address_group(R"(["10.0.0.0/8"])");
  auto path = "/address-groups/" + id;
  auto body = [](const std::string& list) { return R"({"addresses": )" + list + "}"; };
  refuses("400 AddressesAlreadyExist", "PUT", path + "/add_addresses",
          body(R"(["192.0.2.0/24", "10.1.2.3/8"])"));
  refuses("404 AddressesNotFound", "PUT", path + "/remove_addresses",
          body(R"(["10.0.0.0/8", "192.0.2.0/24"])"));
  refuses("400 HTTPBadRequest", "PUT", path + "/add_addresses", body(R"(["192.0.2.0/24", "123456x"])"));
  refuses("400 HTTPBadRequest", "PUT", path + "/add_addresses", "{}");
  refuses("400 HTTPBadRequest", "PUT", path, R"({"address_group": {"addresses": ["192.0.2.0/24"]}})");
  refuses("405 HTTPMethodNotAllowed", "POST", path + "/add_addresses", body("[]"));
  refuses("404 HTTPNotFound", "PUT", path + "/double_addresses", body("[]"));
  refuses("404 AddressGroupNotFound", "PUT", "/address-groups/" + kUnknown + "/add_addresses", body("[]"));
  const std::string fresh = R"({"address_group": {"name": "x", "addresses": )";
  refuses("400 HTTPBadRequest", "POST", "/address-groups", fresh + R"(["192.0.2.1"]}})");
  refuses("400 HTTPBadRequest", "POST", "/address-groups", fresh + R"(["10.0.0.0/8", "10.0.0.0/8"]}})");
  EXPECT_EQ(message("PUT", path + "/add_addresses", body(R"(["10.0.0.0/8"])")),
            "Addresses ['10.0.0.0/8'] already exist in the address group " + id + ".");
}

TEST_F(SecurityApi, KeepsAddressGroupsThatRulesName) {
  auto id = make_address_group(R"(["10.0.0.0/8"])");
  auto rule = make_rule(R"("protocol": "tcp", "remote_address_group_id": ")" + id + '"');
  EXPECT_EQ(show("/security-group-rules/" + rule, "security_group_rule").at("remote_address_group_id"),
            json::value(id));
  refuses("409 AddressGroupInUse", "DELETE", "/address-groups/" + id);
  EXPECT_EQ(outcome("DELETE", "/security-group-rules/" + rule), "204");
  EXPECT_EQ(outcome("DELETE", "/address-groups/" + id), "204");
}

}  // namespace
}  // namespace weft::neutron
