#include "fabric/meters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fabric/build.h"
#include "fabric/flow_table.h"
#include "fabric/packet_in.h"

namespace weft::fabric {
namespace {

using openflow::Flow;
using openflow::Meter;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint32_t kLastOfport = 0xfeff;
const Unit kFirst{UnitKind::kRequests, *Uuid::parse("00000000-0000-0000-0000-000000000001"), ""};
const Unit kSecond{UnitKind::kRequests, *Uuid::parse("00000000-0000-0000-0000-000000000002"), ""};

Flow sends_up(const Family& family, std::uint32_t in_port) {
  return flow(family, on_port(in_port), {openflow::Controller{.meter_id = request_meter(in_port)}});
}
const Meter kOf1 = meter_of(request_meter(1)), kOf2 = meter_of(request_meter(2));

TEST(Meters, OfAPortAreItsOwn) {
  for (std::uint32_t ofport : {1U, kLastOfport}) {
    EXPECT_EQ(meter_of(request_meter(ofport)).packets_per_second, kRequestsPerSecond);
    EXPECT_EQ(meter_of(too_big_meter(ofport)).packets_per_second, kTooBigAnswersPerSecond);
    EXPECT_EQ(drops_of({.id = request_meter(ofport)})->ofport, ofport);
    EXPECT_EQ(drops_of({.id = too_big_meter(ofport)})->ofport, ofport);
  }
  EXPECT_EQ(meter_of(kDropMeter).packets_per_second, kDropSamplesPerSecond);
}

TEST(Meters, TellWhatRequestsAreKeptBackAndWhatPacketsAreTooBig) {
  const auto requests = drops_of({.id = request_meter(7), .packets = 100, .dropped = 80});
  ASSERT_TRUE(requests);
  EXPECT_EQ(requests->reason, Drop::kTooManyRequests);
  EXPECT_EQ(requests->packets, 80u);
  const auto too_big = drops_of({.id = too_big_meter(7), .packets = 100, .dropped = 80});
  ASSERT_TRUE(too_big);
  EXPECT_EQ(too_big->reason, Drop::kTooBig);
  EXPECT_EQ(too_big->packets, 100u);
  EXPECT_FALSE(drops_of({.id = kDropMeter, .packets = 100, .dropped = 80}));
}

TEST(Meters, ComeWithTheFirstFlowThatNamesThemAndGoWithTheLast) {
  FlowTable table;
  table.set(kFirst, {sends_up(family::kDhcpRequest, 1)});
  EXPECT_THAT(table.take_delta().set_meters, ElementsAre(kOf1));
  table.set(kFirst, {sends_up(family::kDhcpRequest, 1), sends_up(family::kDhcp6Request, 1)});
  table.set(kSecond, {sends_up(family::kDhcpRequest, 2)});
  EXPECT_THAT(table.take_delta().set_meters, ElementsAre(kOf2));
  table.set(kFirst, {sends_up(family::kDhcp6Request, 1)});
  EXPECT_THAT(table.take_delta().delete_meters, IsEmpty());
  table.set(kFirst, {});
  EXPECT_THAT(table.take_delta().delete_meters, ElementsAre(kOf1.id));
}

TEST(Meters, AFlowThatComesAndGoesAtOnceNeedsNone) {
  FlowTable table;
  table.set(kFirst, {sends_up(family::kDhcpRequest, 1)});
  table.set(kFirst, {});
  const auto delta = table.take_delta();
  EXPECT_THAT(delta.set_meters, IsEmpty());
  EXPECT_THAT(delta.delete_meters, IsEmpty());
}

class MetersOfASwitch : public testing::Test {
 protected:
  MetersOfASwitch() {
    table_.set(kFirst, {sends_up(family::kDhcpRequest, 1)});
    table_.take_delta();
  }
  FlowDelta difference(const std::vector<Meter>& meters) const { return table_.difference({}, meters); }

  FlowTable table_;
};

TEST_F(MetersOfASwitch, AreSetWhereTheyAreMissingOrOtherwise) {
  EXPECT_THAT(difference({}).set_meters, ElementsAre(kOf1));
  EXPECT_THAT(difference({{kOf1.id, 1, 1}}).set_meters, ElementsAre(kOf1));
  EXPECT_THAT(difference({kOf1}).set_meters, IsEmpty()) << "to be set would cost its counts";
}

TEST_F(MetersOfASwitch, AreDeletedWhenNoFlowNamesThemAnyMore) {
  constexpr Meter kForeign{2, 20, 40};
  EXPECT_THAT(difference({kForeign, kOf1, kOf2, meter_of(kDropMeter)}).delete_meters,
              ElementsAre(kDropMeter, kOf2.id));
}

}  // namespace
}  // namespace weft::fabric
