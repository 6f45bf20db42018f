#include "fabric/registers.h"

#include <gtest/gtest.h>

#include "fabric/families.h"

namespace weft::fabric {
namespace {

constexpr RegisterField field(int reg, int low, int count, Table first, Table last) {
  return {"x", reg, low, count, first, last, ""};
}

// What must not compile, asked of the same functions that the declarations are checked with.
static_assert(!is_sound(field(0, 25, 8, Table::kClassify, Table::kOutput)), "beyond bit 31");
static_assert(!is_sound(field(16, 0, 8, Table::kClassify, Table::kOutput)), "no such register");
static_assert(!is_sound(field(0, 0, 8, Table::kOutput, Table::kClassify)), "ends before it begins");
static_assert(overlap(field(0, 0, 16, Table::kClassify, Table::kL2Lookup),
                      field(0, 15, 4, Table::kL2Lookup, Table::kOutput)));
static_assert(!overlap(field(0, 0, 16, Table::kClassify, Table::kL2Lookup),
                       field(0, 16, 4, Table::kL2Lookup, Table::kOutput)));
static_assert(!overlap(field(0, 0, 16, Table::kClassify, Table::kEgressRules),
                       field(0, 0, 16, Table::kL2Lookup, Table::kOutput)));
static_assert(!overlap(field(0, 0, 16, Table::kClassify, Table::kOutput),
                       field(1, 0, 16, Table::kClassify, Table::kOutput)));

TEST(Registers, HaveUniqueNames) {
  for (const auto& a : kRegisters) {
    for (const auto& b : kRegisters) EXPECT_TRUE(a.name != b.name || &a == &b) << a.name;
  }
}

TEST(Pipeline, NamesAreUniqueAndNumbersAreThePlaceInTheList) {
  EXPECT_EQ(table_name(0), "classify");
  EXPECT_EQ(table_name(number(Table::kOutput)), "output");
  EXPECT_EQ(table_name(200), "unknown");
  for (const auto& a : kTables) {
    for (const auto& b : kTables) EXPECT_TRUE(a.name != b.name || &a == &b) << a.name;
  }
}

TEST(Families, HaveUniqueNames) {
  for (const auto& a : kFamilies) {
    for (const auto& b : kFamilies) EXPECT_TRUE(a.name != b.name || &a == &b) << a.name;
  }
}

}  // namespace
}  // namespace weft::fabric
