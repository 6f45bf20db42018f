#include "base/uuid.h"

#include <gtest/gtest.h>

namespace weft {
namespace {

TEST(Uuid, TextFormSurvivesARoundTrip) {
  const char* text = "400ecd69-fe9c-418f-985f-27798f2c4afb";
  EXPECT_EQ(Uuid::parse(text)->to_string(), text);
}

TEST(Uuid, UpperCaseIsReadAndPrintedLower) {
  EXPECT_EQ(Uuid::parse("400ECD69-FE9C-418F-985F-27798F2C4AFB")->to_string(),
            "400ecd69-fe9c-418f-985f-27798f2c4afb");
}

TEST(Uuid, OtherTextIsRefused) {
  for (const char* bad : {"", "400ecd69fe9c418f985f27798f2c4afb", "400ecd69-fe9c-418f-985f-27798f2c4afg",
                          "400ecd69-fe9c-418f-985f-27798f2c4af", "400ecd69-fe9c-418f-985f-27798f2c4afb0",
                          "400ecd690fe9c-418f-985f-27798f2c4afb"})
    EXPECT_FALSE(Uuid::parse(bad)) << bad;
}

TEST(Uuid, RandomOnesAreVersionFourAndDiffer) {
  auto a = Uuid::random(), b = Uuid::random();
  EXPECT_NE(a, b);
  EXPECT_EQ(a.to_string()[14], '4');
}

}  // namespace
}  // namespace weft
