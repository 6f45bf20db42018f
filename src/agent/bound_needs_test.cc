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
  model::GroupMember member{
      .id = Uuid::random(), .group = Uuid::random(), .port = port.id, .network = network_};
  put(member);
  EXPECT_EQ(needs_.groups(), (std::map<Uuid, int>{{member.group, 1}}));
  EXPECT_EQ(needs_.networks(), (std::map<Uuid, int>{{network_, 1}}));
}

}  // namespace
}  // namespace weft::agent
