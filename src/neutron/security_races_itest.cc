// Groups and address groups while two servers change them at once: whoever wins, the end is one that either
// order could have had.
#include "neutron/api_fixture.h"

namespace weft::neutron {
namespace {

class SecurityRaces : public NeutronApi {
 protected:
  std::string make_group(const std::string& name) {
    return make("/security-groups", "security_group", "\"name\": \"" + name + '"');
  }
  std::string make_address_group(const std::string& addresses) {
    return make("/address-groups", "address_group", R"("name": "ag", "addresses": )" + addresses);
  }
  std::string set_stateful(const std::string& group, const char* stateful) {
    return outcome("PUT", "/security-groups/" + group, kind(stateful));
  }
  static std::string kind(const char* stateful) {
    return R"({"security_group": {"stateful": )" + std::string(stateful) + "}}";
  }
  static std::string rule_of(const std::string& group, const std::string& remote) {
    return R"({"security_group_rule": {"direction": "ingress", "security_group_id": ")" + group + "\", " +
           remote + "}}";
  }

  template <typename T>
  void wait_until_second_sees(const std::string& id) {
    run_until([&] { return second_->store.intent().find<T>(*Uuid::parse(id)) != nullptr; });
  }
  void wait_for(const std::vector<std::shared_ptr<Answer>>& answers) {
    run_until([&] {
      return std::all_of(answers.begin(), answers.end(), [](const auto& a) { return a->status != 0; });
    });
  }
  /// Starts two requests in this order or, in odd rounds, in the other one, and waits for both.
  template <typename First, typename Second>
  auto race(int round, const First& first, const Second& second) {
    std::shared_ptr<Answer> a, b;
    if (round % 2 == 0) a = first();
    b = second();
    if (round % 2 == 1) a = first();
    wait_for({a, b});
    return std::pair(*a, *b);
  }
};

TEST_F(SecurityRaces, APortNeverGetsGroupsOfBothKinds) {
  const auto network = make_network(), group = make_group("web"), other = make_group("other");
  const auto both = port_body(network, R"("security_groups": [")" + group + R"(", ")" + other + "\"]");
  auto second_sees_it_free = [&] {
    const auto& intent = second_->store.intent();
    auto seen = intent.find<model::SecurityGroup>(*Uuid::parse(other));
    return seen && seen->stateful && intent.memberships_of_group(seen->id).empty();
  };
  for (int round = 0; round < 20; ++round) {
    EXPECT_EQ(set_stateful(other, "true"), "200");
    run_until(second_sees_it_free);
    auto [made, turned] = race(
        round, [&] { return send(*first_, "POST", "/ports", both); },
        [&] { return send(*second_, "PUT", "/security-groups/" + other, kind("false")); });
    EXPECT_NE(made.status == 201, turned.status == 200) << "both or none";
    if (made.status != 201) {
      EXPECT_EQ(made.error_type(), "SecurityGroupConflict");
      continue;
    }
    EXPECT_EQ(turned.error_type(), "SecurityGroupInUse");
    EXPECT_EQ(outcome("DELETE", "/ports/" + std::string(made.body.at("port").at("id").as_string())), "204");
  }
}

TEST_F(SecurityRaces, AGroupTakesTheRulesWithItThatComeInMeanwhile) {
  const auto group = make_group("web");
  for (int round = 0; round < 20; ++round) {
    const auto remote = make_group("remote");
    wait_until_second_sees<model::SecurityGroup>(remote);
    const auto body = rule_of(group, R"("remote_group_id": ")" + remote + '"');
    auto [removed, made] = race(
        round, [&] { return send(*first_, "DELETE", "/security-groups/" + remote); },
        [&] { return send(*second_, "POST", "/security-group-rules", body); });
    EXPECT_EQ(removed.status, 204);
    if (made.status != 201) {
      EXPECT_EQ(made.error_type(), "SecurityGroupNotFound");
    }
    EXPECT_EQ(count("/security-group-rules?remote_group_id=" + remote, "security_group_rules"), 0u);
  }
}

TEST_F(SecurityRaces, ADefaultGroupIsNeverTakenFromAPortThatComesInMeanwhile) {
  const auto network = make_network();
  wait_until_second_sees<model::Network>(network);
  auto default_of = [](const Instance& instance) {
    return instance.store.intent().default_group_of("project-a");
  };
  auto both_see = [&](const auto& what) { run_until([&] { return what(*first_) && what(*second_); }); };
  int went = 0;
  for (int round = 0; round < 40; ++round) {
    call("GET", "/security-groups");
    const auto group = default_of(*first_)->id;
    both_see([&](const Instance& i) { return default_of(i) && default_of(i)->id == group; });
    auto [removed, made] = race(
        round, [&] { return send(*first_, "DELETE", "/security-groups/" + group.to_string()); },
        [&] { return send(*second_, "POST", "/ports", port_body(network)); });
    ASSERT_EQ(made.status, 201) << json::serialize(made.body);
    const auto& port = made.body.at("port").as_object();
    ASSERT_EQ(port.at("security_groups").as_array().size(), 1u);
    const auto has = *Uuid::parse(std::string(port.at("security_groups").at(0).as_string()));
    EXPECT_EQ(removed.status == 204, has != group) << "the port has the group that stays";
    if (removed.status == 204)
      ++went;
    else
      EXPECT_EQ(removed.error_type(), "SecurityGroupInUse");
    both_see([&](const Instance& i) { return default_of(i) && default_of(i)->id == has; });
    run_until([&] { return !first_->store.intent().all<model::Port>().empty(); });
    EXPECT_EQ(outcome("DELETE", "/ports/" + std::string(port.at("id").as_string())), "204");
    run_until([&] { return second_->store.intent().all<model::Port>().empty(); });
  }
  EXPECT_GT(went, 0);
  EXPECT_LT(went, 40);
}

TEST_F(SecurityRaces, AnAddressGroupGoesOrIsNamedNotBoth) {
  const auto group = make_group("web");
  for (int round = 0; round < 20; ++round) {
    const auto addresses = make_address_group(R"(["10.0.0.0/8"])");
    wait_until_second_sees<model::AddressGroup>(addresses);
    const auto body = rule_of(group, R"("remote_address_group_id": ")" + addresses + '"');
    auto [removed, made] = race(
        round, [&] { return send(*first_, "DELETE", "/address-groups/" + addresses); },
        [&] { return send(*second_, "POST", "/security-group-rules", body); });
    EXPECT_NE(removed.status == 204, made.status == 201) << "both or none";
    EXPECT_EQ(removed.status == 204 ? made.error_type() : removed.error_type(),
              removed.status == 204 ? "AddressGroupNotFound" : "AddressGroupInUse");
  }
}

TEST_F(SecurityRaces, AnAddressGroupTakesTheAddressesWithItThatComeInMeanwhile) {
  for (int round = 0; round < 20; ++round) {
    const auto path = "/address-groups/" + make_address_group("[]");
    wait_until_second_sees<model::AddressGroup>(path.substr(path.rfind('/') + 1));
    auto [removed, added] = race(
        round, [&] { return send(*first_, "DELETE", path); },
        [&] { return send(*second_, "PUT", path + "/add_addresses", R"({"addresses": ["10.0.0.1"]})"); });
    EXPECT_EQ(removed.status, 204);
    EXPECT_TRUE(added.status == 200 || added.error_type() == "AddressGroupNotFound");
    EXPECT_TRUE(first_->store.intent().all<model::AddressGroupEntry>().empty());
  }
}

TEST_F(SecurityRaces, OneGroupTakesManyAddressesEachOnce) {
  auto id = make_address_group("[]");
  wait_until_second_sees<model::AddressGroup>(id);
  std::vector<std::shared_ptr<Answer>> answers;
  for (int i = 0; i < 40; ++i)
    answers.push_back(send(i % 2 ? *first_ : *second_, "PUT", "/address-groups/" + id + "/add_addresses",
                           R"({"addresses": ["10.0.0.)" + std::to_string(i / 2) + "\"]}"));
  wait_for(answers);
  for (const auto& answer : answers)
    EXPECT_TRUE(answer->status == 200 || answer->error_type() == "AddressesAlreadyExist");
  EXPECT_EQ(std::count_if(answers.begin(), answers.end(), [](const auto& a) { return a->status == 200; }),
            20);
  auto shown = call("GET", "/address-groups/" + id).body.at("address_group");
  EXPECT_EQ(shown.at("addresses").as_array().size(), 20u);
}

}  // namespace
}  // namespace weft::neutron
