// Subnets of both families, and what ports say of names and DHCP options, on a real ovsdb-server.
#include "neutron/api_fixture.h"

namespace weft::neutron {
namespace {

class SubnetApi : public NeutronApi {
 protected:
  void SetUp() override {
    NeutronApi::SetUp();
    network_ = make_network();
  }
  std::string body6(const std::string& rest, const std::string& cidr = "fd00::/64") {
    return R"({"subnet": {"ip_version": 6, "cidr": ")" + cidr + R"(", "network_id": ")" + network_ + '"' +
           (rest.empty() ? "" : ", " + rest) + "}}";
  }
  static std::string modes(const std::string& ra_mode, const std::string& address_mode) {
    std::string text;
    if (!ra_mode.empty()) text = R"("ipv6_ra_mode": ")" + ra_mode + '"';
    if (address_mode.empty()) return text;
    return text + (text.empty() ? "" : ", ") + R"("ipv6_address_mode": ")" + address_mode + '"';
  }
  json::object made(const std::string& path, const std::string& name, const std::string& body) {
    auto answer = call("POST", path, body);
    EXPECT_EQ(answer.status, 201) << json::serialize(answer.body);
    return answer.status == 201 ? answer.body.at(name).as_object() : json::object();
  }
  json::object subnet6(const std::string& rest, const std::string& cidr = "fd00::/64") {
    return made("/subnets", "subnet", body6(rest, cidr));
  }
  json::object port(const std::string& rest) { return made("/ports", "port", port_body(network_, rest)); }
  static std::string id_in(const json::object& object) { return std::string(object.at("id").as_string()); }
  json::object put(const json::object& port, const std::string& change) {
    auto answer = call("PUT", "/ports/" + id_in(port), R"({"port": {)" + change + "}}");
    EXPECT_EQ(answer.status, 200) << json::serialize(answer.body);
    return answer.status == 200 ? answer.body.at("port").as_object() : json::object();
  }
  std::string message(const std::string& method, const std::string& path, const std::string& body) {
    auto answer = call(method, path, body);
    const auto* error = answer.body.if_contains("NeutronError");
    return error ? std::string(error->at("message").as_string()) : "";
  }
  /// Starts two requests in this order or, in odd rounds, in the other one, and waits for both.
  template <typename First, typename Second>
  auto race(int round, const First& first, const Second& second) {
    std::shared_ptr<Answer> a, b;
    if (round % 2 == 0) a = first();
    b = second();
    if (round % 2 == 1) a = first();
    run_until([&] { return a->status != 0 && b->status != 0; });
    return std::pair(*a, *b);
  }
  std::string network_;
};

TEST_F(SubnetApi, HasNeutronsDefaults) {
  auto subnet = subnet6("");
  EXPECT_EQ(subnet.at("gateway_ip"), "fd00::");
  EXPECT_EQ(subnet.at("allocation_pools"),
            json::parse(R"([{"start": "fd00::1", "end": "fd00::ffff:ffff:ffff:ffff"}])"));
  EXPECT_EQ(subnet.at("enable_dhcp"), true);
  EXPECT_TRUE(subnet.at("ipv6_ra_mode").is_null());
  EXPECT_TRUE(subnet.at("ipv6_address_mode").is_null());
}

TEST_F(SubnetApi, TakesGatewaysServersAndRoutesOfTheRightVersion) {
  auto subnet = subnet6(R"("gateway_ip": "fe80::1", "dns_nameservers": ["fd00::53"],
                           "host_routes": [{"destination": "fd01::/64", "nexthop": "fd00::9"}])");
  EXPECT_EQ(subnet.at("gateway_ip"), "fe80::1");
  EXPECT_EQ(subnet.at("dns_nameservers"), json::parse(R"(["fd00::53"])"));
  for (auto wrong : {R"("gateway_ip": "10.0.0.1")", R"("dns_nameservers": ["9.9.9.9"])",
                     R"("host_routes": [{"destination": "10.0.0.0/8", "nexthop": "fd00::9"}])"})
    EXPECT_EQ(outcome("POST", "/subnets", body6(wrong, "fd02::/64")), "400 InvalidInput") << wrong;
  EXPECT_EQ(outcome("POST", "/subnets", body6(R"("gateway_ip": null)", "fd02::/64")), "201");
}

TEST_F(SubnetApi, TakesEveryPairOfModesThatAgrees) {
  const std::string words[] = {"", "slaac", "dhcpv6-stateless", "dhcpv6-stateful"};
  int number = 0;
  for (const auto& ra_mode : words) {
    for (const auto& address_mode : words) {
      const bool agrees = ra_mode.empty() || address_mode.empty() || ra_mode == address_mode;
      const auto cidr = "fd00:0:0:" + std::to_string(++number) + "::/64";
      EXPECT_EQ(outcome("POST", "/subnets", body6(modes(ra_mode, address_mode), cidr)),
                agrees ? "201" : "400 InvalidInput")
          << ra_mode << " / " << address_mode;
    }
  }
  EXPECT_EQ(count("/subnets?ipv6_ra_mode=slaac", "subnets"), 2u);
  EXPECT_EQ(count("/subnets?ipv6_address_mode=dhcpv6-stateful&ip_version=6", "subnets"), 2u);
  EXPECT_EQ(count("/subnets?ip_version=4", "subnets"), 0u);
}

TEST_F(SubnetApi, KeepsModesAndTheirDhcp) {
  auto stateful = "/subnets/" + id_in(subnet6(modes("dhcpv6-stateful", "dhcpv6-stateful")));
  EXPECT_EQ(message("PUT", stateful, R"({"subnet": {"ipv6_ra_mode": "slaac"}})"),
            "Cannot update read-only attribute ipv6_ra_mode");
  EXPECT_EQ(message("PUT", stateful, R"({"subnet": {"enable_dhcp": false}})"),
            "Invalid input for operation: Cannot disable enable_dhcp with ipv6 attributes set.");
  auto plain = "/subnets/" + id_in(subnet6("", "fd01::/64"));
  EXPECT_EQ(outcome("PUT", plain, R"({"subnet": {"enable_dhcp": false}})"), "200");
  EXPECT_EQ(outcome("PUT", plain, R"({"subnet": {"enable_dhcp": true}})"), "200");
}

TEST_F(SubnetApi, GivesDualStackPortsTheAddressesOfTheirMacs) {
  make_subnet(network_);
  subnet6(modes("slaac", "slaac"), "2001:db8::/64");
  auto made = port(R"("mac_address": "fa:16:3e:00:00:05")");
  std::set<std::string> addresses;
  for (const auto& ip : made.at("fixed_ips").as_array())
    addresses.insert(std::string(ip.at("ip_address").as_string()));
  EXPECT_EQ(addresses.size(), 2u);
  EXPECT_TRUE(addresses.contains("2001:db8::f816:3eff:fe00:5"));
  EXPECT_EQ(count("/ports?fixed_ips=ip_address%3D2001:db8::f816:3eff:fe00:5", "ports"), 1u);
}

TEST_F(SubnetApi, TakesFixedIpsOfIpv6) {
  subnet6("");
  auto made = port(R"("fixed_ips": [{"ip_address": "fd00::1:5"}])");
  EXPECT_EQ(made.at("fixed_ips").at(0).at("ip_address"), "fd00::1:5");
  EXPECT_EQ(made.at("dns_assignment").at(0).at("fqdn"), "host-fd00--1-5.openstacklocal.");
  EXPECT_EQ(outcome("POST", "/ports", port_body(network_, R"("fixed_ips": [{"ip_address": "fd01::5"}])")),
            "400 InvalidIpForNetwork");
}

TEST_F(SubnetApi, WantsToKnowSomethingOfAFixedIp) {
  make_subnet(network_);
  EXPECT_EQ(message("POST", "/ports", port_body(network_, R"("fixed_ips": [{}])")),
            "Invalid input for operation: IP allocation requires subnet_id or ip_address.");
  auto made = port("");
  EXPECT_EQ(outcome("PUT", "/ports/" + id_in(made), R"({"port": {"fixed_ips": [{}]}})"), "400 InvalidInput");
}

TEST_F(SubnetApi, RemovesNetworksAndSubnetsWithTheirDistributedPorts) {
  auto subnet = make_subnet(network_);
  EXPECT_EQ(count("/ports?device_owner=network:distributed", "ports"), 1u);
  EXPECT_EQ(outcome("DELETE", "/subnets/" + subnet), "204");
  EXPECT_EQ(count("/ports", "ports"), 0u);
  subnet6("");
  EXPECT_EQ(count("/ports?device_owner=network:distributed", "ports"), 1u);
  EXPECT_EQ(outcome("DELETE", "/networks/" + network_), "204");
  EXPECT_EQ(count("/ports", "ports"), 0u);
}

TEST_F(SubnetApi, RefusesPoolsAndPrefixDelegation) {
  auto without_cidr = [&](const std::string& rest) {
    return R"({"subnet": {"ip_version": 6, "network_id": ")" + network_ + "\", " + rest + "}}";
  };
  EXPECT_EQ(message("POST", "/subnets", without_cidr(R"("subnetpool_id": "prefix_delegation")")),
            "Bad subnets request: Prefix delegation is not supported: give the subnet a cidr.");
  EXPECT_EQ(outcome("POST", "/subnets", body6(R"("subnetpool_id": "prefix_delegation")")), "400 BadRequest");
  EXPECT_EQ(message("POST", "/subnets", without_cidr(R"("use_default_subnetpool": true)")),
            "Bad subnets request: No default subnetpool found for IPv6.");
  EXPECT_EQ(outcome("POST", "/subnets", body6(R"("subnetpool_id": ")" + network_ + '"')),
            "404 SubnetPoolNotFound");
  EXPECT_EQ(outcome("POST", "/subnets", body6(R"("prefixlen": 64)")), "400 BadRequest");
  EXPECT_EQ(outcome("POST", "/subnets", body6(R"("subnetpool_id": null, "use_default_subnetpool": false)")),
            "201");
}

TEST_F(SubnetApi, KeepsIpv6AwayFromSmallMtus) {
  auto network = "/networks/" + network_;
  EXPECT_EQ(outcome("PUT", network, R"({"network": {"mtu": 1279}})"), "200");
  EXPECT_EQ(outcome("POST", "/subnets", body6("")), "409 NetworkMTUSubnetConflict");
  EXPECT_EQ(outcome("PUT", network, R"({"network": {"mtu": 1280}})"), "200");
  EXPECT_EQ(outcome("POST", "/subnets", body6("")), "201");
  EXPECT_EQ(message("PUT", network, R"({"network": {"mtu": 1000}})"),
            "MTU of " + network_ + " is not valid, subnet requires a minimum of 1280");
  EXPECT_EQ(message("PUT", network, R"({"network": {"mtu": 1451}})"),
            "Invalid input for operation: Requested MTU is too big, maximum is 1450.");
  EXPECT_EQ(outcome("PUT", network, R"({"network": {"mtu": 0}})"), "200");
}

TEST_F(SubnetApi, KeepsIpv6AwayFromSmallMtusThatComeInMeanwhile) {
  for (int round = 0; round < 10; ++round) {
    const auto id = make_network();
    run_until([&] { return second_->store.intent().find<model::Network>(*Uuid::parse(id)) != nullptr; });
    network_ = id;
    auto small = [&] { return send(*first_, "PUT", "/networks/" + id, R"({"network": {"mtu": 1279}})"); };
    auto [made, shrunk] = race(
        round, [&] { return send(*second_, "POST", "/subnets", body6("")); }, small);
    EXPECT_NE(made.status == 201, shrunk.status == 200) << made.status << " and " << shrunk.status;
    EXPECT_EQ((made.status == 201 ? shrunk : made).error_type(), "NetworkMTUSubnetConflict");
  }
}

TEST_F(SubnetApi, KeepsTheGatewayOutsideOfPoolsThatComeInMeanwhile) {
  auto subnet = "/subnets/" + make_subnet(network_);
  const auto start = R"({"subnet": {"gateway_ip": "10.7.0.1", "allocation_pools":
                         [{"start": "10.7.0.2", "end": "10.7.0.100"}]}})";
  const auto pools = R"({"subnet": {"allocation_pools": [{"start": "10.7.0.2", "end": "10.7.0.200"}]}})";
  for (int round = 0; round < 10; ++round) {
    ASSERT_EQ(outcome("PUT", subnet, start), "200");
    const auto revision = call("GET", subnet).body.at("subnet").at("revision_number").as_int64();
    run_until([&] {
      const auto& subnets = second_->store.intent().all<model::Subnet>();
      return subnets.size() == 1 && subnets.begin()->second->revision == revision;
    });
    auto [widened, moved] = race(
        round, [&] { return send(*first_, "PUT", subnet, pools); },
        [&] { return send(*second_, "PUT", subnet, R"({"subnet": {"gateway_ip": "10.7.0.150"}})"); });
    EXPECT_NE(widened.status == 200, moved.status == 200) << widened.status << " and " << moved.status;
    EXPECT_EQ((moved.status == 200 ? widened : moved).error_type(), "GatewayConflictWithAllocationPools");
  }
}

TEST_F(SubnetApi, TakesAsManyServersAndRoutesAsNeutron) {
  auto servers = [](int count) {
    std::string list;
    for (int i = 1; i <= count; ++i)
      list += std::string(i > 1 ? ", " : "") + "\"9.9.9." + std::to_string(i) + '"';
    return R"("dns_nameservers": [)" + list + "]";
  };
  auto routes = [](int count) {
    std::string list;
    for (int i = 1; i <= count; ++i)
      list += std::string(i > 1 ? ", " : "") + R"({"nexthop": "10.7.0.9", "destination": "10.8.)" +
              std::to_string(i) + R"(.0/24"})";
    return R"("host_routes": [)" + list + "]";
  };
  auto body = [](const std::string& rest) { return R"({"subnet": {)" + rest + "}}"; };
  const auto id = make_subnet(network_), path = "/subnets/" + id;
  EXPECT_EQ(outcome("PUT", path, body(servers(5))), "200");
  EXPECT_EQ(outcome("PUT", path, body(servers(6))), "400 DNSNameServersExhausted");
  EXPECT_EQ(
      message("PUT", path, body(servers(6))),
      "Unable to complete operation for " + id + ". The number of DNS nameservers exceeds the limit 5.");
  EXPECT_EQ(outcome("PUT", path, body(routes(20))), "200");
  EXPECT_EQ(message("PUT", path, body(routes(21))),
            "Unable to complete operation for " + id + ". The number of host routes exceeds the limit 20.");
  const auto fresh = R"("ip_version": 4, "cidr": "10.9.0.0/24", "network_id": ")" + network_ + "\", ";
  EXPECT_EQ(outcome("POST", "/subnets", body(fresh + servers(6))), "400 DNSNameServersExhausted");
  EXPECT_EQ(outcome("POST", "/subnets", body(fresh + routes(21))), "400 HostRoutesExhausted");
  EXPECT_EQ(outcome("POST", "/subnets", body(fresh + servers(5))), "201");
}

TEST_F(SubnetApi, LeavesLessToNetworksWhoseTunnelsRunOverIpv6) {
  Services services{first_->store};
  services.overlay_version = IpVersion::kV6;
  services.dns_domain = "cloud.example.";
  Api api(services, std::make_unique<NoAuthenticator>("project-a"));
  auto answer = send(api, "POST", "/networks", R"({"network": {}})");
  run_until([&] { return answer->status != 0; });
  EXPECT_EQ(answer->body.at("network").at("mtu"), 1430);
}

TEST_F(SubnetApi, KnowsPortsByName) {
  make_subnet(network_);
  auto made =
      port(R"("dns_name": "Web", "dns_domain": "example.org.", "fixed_ips": [{"ip_address": "10.7.0.9"}])");
  EXPECT_EQ(made.at("dns_name"), "web");
  EXPECT_EQ(made.at("dns_assignment"),
            json::parse(R"([{"ip_address": "10.7.0.9", "hostname": "web", "fqdn": "web.example.org."}])"));
  EXPECT_EQ(count("/ports?dns_name=web", "ports"), 1u);
  auto renamed = put(made, R"("dns_name": "", "dns_domain": "")");
  EXPECT_EQ(renamed.at("dns_assignment").at(0).at("fqdn"), "host-10-7-0-9.openstacklocal.");
  EXPECT_EQ(outcome("PUT", "/networks/" + network_, R"({"network": {"dns_domain": "net.example."}})"), "200");
  auto seen = call("GET", "/ports/" + id_in(made)).body.at("port").as_object();
  EXPECT_EQ(seen.at("dns_assignment").at(0).at("fqdn"), "host-10-7-0-9.net.example.");
  EXPECT_EQ(outcome("POST", "/ports", port_body(network_, R"("dns_name": "web.elsewhere.")")),
            "400 HTTPBadRequest");
}

TEST_F(SubnetApi, LeavesRoomForTheDomainThatCounts) {
  make_subnet(network_);
  const std::string label(63, 'a'), name = label + "." + label;
  const std::string long_domain = label + "." + label + ".example.";
  const auto named = R"("dns_name": ")" + name + '"', in_domain = R"("dns_domain": ")" + long_domain + '"';
  EXPECT_EQ(call("POST", "/ports", port_body(network_, named + ", " + in_domain)).status, 400);
  auto made = port(named);
  auto refused = call("PUT", "/ports/" + id_in(made), R"({"port": {)" + in_domain + "}}");
  EXPECT_EQ(refused.status, 400);
  EXPECT_TRUE(json::serialize(refused.body).find("dns_domain") != std::string::npos);
  const auto network = "/networks/" + network_, change = R"({"network": {)" + in_domain + "}}";
  EXPECT_EQ(outcome("PUT", network, change), "400 HTTPBadRequest");
  put(made, R"("dns_domain": "example.")");
  EXPECT_EQ(outcome("PUT", network, change), "200") << "the port's own domain counts";
  EXPECT_EQ(outcome("POST", "/ports", port_body(network_, named)), "400 HTTPBadRequest");
  EXPECT_EQ(outcome("PUT", "/ports/" + id_in(made), R"({"port": {"dns_domain": ""}})"), "400 HTTPBadRequest");
  EXPECT_EQ(outcome("POST", "/ports", port_body(network_, R"("dns_name": "web")")), "201");
}

TEST_F(SubnetApi, MergesDhcpOptionsByNameAndVersion) {
  auto made = port(R"("extra_dhcp_opts": [{"opt_name": "bootfile-name", "opt_value": "pxe.0"},
                                          {"opt_name": "tag:!ipxe,67", "opt_value": "a b", "ip_version": 4},
                                          {"opt_name": "router", "opt_value": ""}])");
  EXPECT_EQ(made.at("extra_dhcp_opts").as_array().size(), 3u);
  EXPECT_EQ(put(made, R"("extra_dhcp_opts": [])").at("extra_dhcp_opts").as_array().size(), 3u);
  auto changed = put(made, R"("extra_dhcp_opts": [{"opt_name": "router", "opt_value": null},
                                                  {"opt_name": "tag:!ipxe,67", "opt_value": null},
                                                  {"opt_name": "bootfile-name", "opt_value": "new 0"}])");
  EXPECT_EQ(changed.at("extra_dhcp_opts"),
            json::parse(R"([{"opt_name": "bootfile-name", "opt_value": "new 0", "ip_version": 4}])"));
  EXPECT_EQ(outcome("PUT", "/ports/" + id_in(made),
                    R"({"port": {"extra_dhcp_opts": [{"opt_name": "a", "opt_value": "1"},
                                                     {"opt_name": "a", "opt_value": "2"}]}})"),
            "409 NeutronDbObjectDuplicateEntry");
}

TEST_F(SubnetApi, KeepsTheDhcpOptionsOfAllWhoAddOneAtOnce) {
  const auto path = "/ports/" + id_in(port(""));
  run_until([&] { return !second_->store.intent().all<model::Port>().empty(); });
  std::vector<std::shared_ptr<Answer>> answers;
  for (int i = 0; i < 10; ++i) {
    const auto option = R"({"opt_name": "n)" + std::to_string(i) + R"(", "opt_value": "x"})";
    answers.push_back(
        send(i % 2 ? *first_ : *second_, "PUT", path, R"({"port": {"extra_dhcp_opts": [)" + option + "]}}"));
  }
  for (const auto& answer : answers) {
    run_until([&] { return answer->status != 0; });
    EXPECT_EQ(answer->status, 200) << json::serialize(answer->body);
  }
  EXPECT_EQ(call("GET", path).body.at("port").at("extra_dhcp_opts").as_array().size(), 10u);
}

TEST_F(SubnetApi, NamesTheFieldWhoseTypeIsWrong) {
  const std::pair<std::string, std::string> fields[] = {
      {"/subnets", "ipv6_ra_mode"}, {"/subnets", "ipv6_address_mode"}, {"/subnets", "subnetpool_id"},
      {"/ports", "dns_name"},       {"/ports", "dns_domain"},          {"/ports", "extra_dhcp_opts"},
      {"/networks", "dns_domain"}};
  for (const auto& [path, field] : fields) {
    for (auto wrong : {"5", "-1e99", "true", R"({"a": []})", R"([[[]]])", R"("\u0000 \u00e9")"}) {
      const auto entry = '"' + field + "\": " + wrong;
      const auto body = path == "/subnets" ? body6(entry)
                        : path == "/ports" ? port_body(network_, entry)
                                           : R"({"network": {)" + entry + "}}";
      auto answer = call("POST", path, body);
      EXPECT_EQ(answer.status, 400) << body;
      EXPECT_NE(json::serialize(answer.body).find(field), std::string::npos) << json::serialize(answer.body);
    }
  }
}

}  // namespace
}  // namespace weft::neutron
