#include "cli/drop_counts.h"

#include <gtest/gtest.h>

#include <boost/json/object.hpp>

namespace weft::cli {
namespace {

// clang-format off
constexpr auto kAnswer = R"json([
  {"reason":"no rule","direction":"ingress","packets":2,"bytes":196,
   "port":"00000000-0000-0000-0000-000000000005","object":"port 0000","table":"ingress_verdict"},
  {"reason":"unknown port","direction":null,"packets":9,"bytes":1000,"port":null,"object":"node","table":"classify"}])json";
// clang-format on

class DropCounts : public testing::Test {
 protected:
  void SetUp() override {
    model::Port port;
    port.id = *Uuid::parse("00000000-0000-0000-0000-000000000005");
    port.name = "web1";
    intent_.put(port);
  }
  model::Intent intent_;
};

TEST_F(DropCounts, AreShownByReasonCountAndObject) {
  auto counts = parse_drop_counts(kAnswer, "worker1", intent_);
  ASSERT_TRUE(counts);
  sort_drop_counts(*counts);
  EXPECT_EQ(
      render_rows(drop_table(*counts, true), {}),
      "+---------+--------------+-------+-----------------------------------------------------------+\n"
      "| NODE    | REASON       | COUNT | OBJECT                                                    |\n"
      "+---------+--------------+-------+-----------------------------------------------------------+\n"
      "| worker1 | unknown port |     9 | node                                                      |\n"
      "| worker1 | no rule      |     2 | port web1 (00000000-0000-0000-0000-000000000005), ingress |\n"
      "+---------+--------------+-------+-----------------------------------------------------------+\n");
}

TEST_F(DropCounts, KeepTheirPartsForPrograms) {
  auto row = drop_counts_json(*parse_drop_counts(kAnswer, "worker1", intent_)).at(0).as_object();
  EXPECT_EQ(row.at("reason"), "no rule");
  EXPECT_EQ(row.at("direction"), "ingress");
  EXPECT_EQ(row.at("packets"), 2u);
  EXPECT_EQ(row.at("port"), "00000000-0000-0000-0000-000000000005");
}

TEST_F(DropCounts, AreRefusedWhenTheyAreNoList) {
  EXPECT_EQ(parse_drop_counts("<html>", "worker1", intent_).error().code, Errc::kProtocol);
}

}  // namespace
}  // namespace weft::cli
