#include "fabric/flow_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fabric/build.h"

namespace weft::fabric {
namespace {

using openflow::Conjunction;
using openflow::Flow;
using openflow::Output;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const Unit kFirst{UnitKind::kMember, *Uuid::parse("00000000-0000-0000-0000-000000000001"), ""};
const Unit kSecond{UnitKind::kMember, *Uuid::parse("00000000-0000-0000-0000-000000000002"), ""};

Flow to(std::uint32_t out, std::uint32_t in = 1) {
  return flow(family::kLocalPort, on_port(in), {Output{out}});
}
Flow joins(std::uint32_t id) {
  return flow(family::kIngressRemote, {}, {Conjunction{id, 2, 2}});
}

TEST(FlowTable, TellsWhatChanged) {
  FlowTable table;
  table.set(kFirst, {to(5), to(6, 2)});
  EXPECT_THAT(table.take_delta().add_or_replace, SizeIs(2));
  EXPECT_TRUE(table.take_delta().empty());
  table.set(kFirst, {to(7)});
  auto delta = table.take_delta();
  ASSERT_THAT(delta.add_or_replace, SizeIs(1));
  EXPECT_EQ(delta.add_or_replace[0].actions, to(7).actions);
  EXPECT_THAT(delta.remove, ElementsAre(to(6, 2).key));
}

TEST(FlowTable, SaysNothingOfWhatComesBackTheSame) {
  FlowTable table;
  table.set(kFirst, {to(5)});
  table.take_delta();
  table.set(kFirst, {});
  table.set(kFirst, {to(5)});
  EXPECT_TRUE(table.take_delta().empty());
}

TEST(FlowTable, UnitesConjunctionsOfOneMatch) {
  FlowTable table;
  table.set(kSecond, {joins(9)});
  table.set(kFirst, {joins(4), joins(12)});
  const auto flows = table.all();
  ASSERT_THAT(flows, SizeIs(1));
  EXPECT_THAT(flows[0].actions,
              ElementsAre(Conjunction{4, 2, 2}, Conjunction{9, 2, 2}, Conjunction{12, 2, 2}));
  EXPECT_EQ(flows[0].cookie, cookie_of(owner_of(kFirst)));
  EXPECT_THAT(table.owners(flows[0].key), ElementsAre(owner_of(kFirst), owner_of(kSecond)));
  table.set(kFirst, {});
  EXPECT_THAT(table.all()[0].actions, ElementsAre(Conjunction{9, 2, 2}));
}

TEST(FlowTable, DifferenceComparesActionsAndCookie) {
  FlowTable table;
  table.set(kFirst, {to(5), to(6, 2), to(7, 3)});
  auto actual = table.all();
  EXPECT_TRUE(table.difference(actual, {}).empty());
  actual[0].cookie ^= 1;
  actual[1].actions.clear();
  actual[2] = to(9, 9);
  const auto delta = table.difference(actual, {});
  EXPECT_THAT(delta.add_or_replace, SizeIs(3));
  EXPECT_THAT(delta.remove, ElementsAre(to(9, 9).key));
}

}  // namespace
}  // namespace weft::fabric
