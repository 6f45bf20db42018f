#include "agent/bound_needs.h"

#include <gtest/gtest.h>

namespace weft::agent {
namespace {

class BoundNeedsTest : public testing::Test {
 protected:
  model::Port port_on(const std::string& host) {
    model::Port port;
    port.id = Uuid::random();
    port.network = network_;
    port.host = host;
    put(port);
    return port;
  }
  model::GroupMember member_of(const model::Port& port, const Uuid& group) {
    model::GroupMember member{.id = Uuid::random(), .group = group, .port = port.id, .network = network_};
    put(member);
    return member;
  }
  model::SecurityGroupRule rule_of(const Uuid& group, const Uuid& address_group) {
    model::SecurityGroupRule rule;
    rule.id = Uuid::random();
    rule.group = group;
    rule.remote_address_group = address_group;
    put(rule);
    return rule;
  }
  template <typename T>
  void erase(const T& row) {
    needs_.intent_changed({*intent_.erase<T>(row.id)});
  }
  template <typename T>
  void put(const T& row) {
    needs_.intent_changed({intent_.put(row)});
  }

  model::Intent intent_;
  BoundNeeds needs_{intent_, "worker1"};
  Uuid network_ = Uuid::random();
};

TEST_F(BoundNeedsTest, CountsThePortsOfItsNodeOnly) {
  port_on("worker1");
  port_on("worker1");
  port_on("worker2");
  EXPECT_EQ(needs_.networks(), (std::map<Uuid, int>{{network_, 2}}));
}

TEST_F(BoundNeedsTest, APortThatMovesTakesItsNeedsAway) {
  auto port = port_on("worker1");
  port.host = "worker2";
  put(port);
  EXPECT_TRUE(needs_.networks().empty());
  port.host = "worker1";
  put(port);
  EXPECT_EQ(needs_.networks().size(), 1U);
}

TEST_F(BoundNeedsTest, AMembershipBringsItsGroup) {
  auto port = port_on("worker1");
  auto member = member_of(port, Uuid::random());
  EXPECT_EQ(needs_.groups(), (std::map<Uuid, int>{{member.group, 1}}));
  EXPECT_EQ(needs_.networks(), (std::map<Uuid, int>{{network_, 1}}));
}

TEST_F(BoundNeedsTest, RulesOfNeededGroupsBringAddressGroups) {
  auto group = Uuid::random(), address_group = Uuid::random();
  auto early = rule_of(group, address_group);
  rule_of(Uuid::random(), Uuid::random());
  EXPECT_TRUE(needs_.address_groups().empty()) << "nobody needs the groups";
  auto member = member_of(port_on("worker1"), group);
  EXPECT_EQ(needs_.address_groups(), (std::map<Uuid, int>{{address_group, 1}}));
  auto late = rule_of(group, address_group);
  EXPECT_EQ(needs_.address_groups(), (std::map<Uuid, int>{{address_group, 2}}));
  late.remote_address_group = Uuid::random();
  put(late);
  EXPECT_EQ(needs_.address_groups(),
            (std::map<Uuid, int>{{address_group, 1}, {*late.remote_address_group, 1}}));
  erase(early);
  EXPECT_EQ(needs_.address_groups(), (std::map<Uuid, int>{{*late.remote_address_group, 1}}));
  erase(member);
  EXPECT_TRUE(needs_.address_groups().empty());
}

TEST_F(BoundNeedsTest, AnAddressGroupStaysNeededWhileAPortChanges) {
  auto group = Uuid::random(), address_group = Uuid::random();
  auto port = port_on("worker1"), other = port_on("worker1");
  member_of(port, group);
  member_of(other, group);
  rule_of(group, address_group);
  port.name = "renamed";
  put(port);
  erase(other);
  EXPECT_EQ(needs_.address_groups(), (std::map<Uuid, int>{{address_group, 1}}));
  EXPECT_EQ(needs_.groups(), (std::map<Uuid, int>{{group, 1}}));
}

TEST_F(BoundNeedsTest, ARuleThatGoesTogetherWithItsGroupIsNotCountedTwice) {
  auto group = Uuid::random();
  auto member = member_of(port_on("worker1"), group);
  auto rule = rule_of(group, Uuid::random());
  auto rule_gone = *intent_.erase<model::SecurityGroupRule>(rule.id);
  auto member_gone = *intent_.erase<model::GroupMember>(member.id);
  needs_.intent_changed({member_gone, rule_gone});
  EXPECT_TRUE(needs_.address_groups().empty());
}

}  // namespace
}  // namespace weft::agent
