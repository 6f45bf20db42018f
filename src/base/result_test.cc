#include "base/result.h"

#include <gtest/gtest.h>

namespace weft {
namespace {

Result<int> half(int n) {
  if (n % 2) return fail(Errc::kInvalid, "odd");
  return n / 2;
}

Result<int> quarter(int n) {
  WEFT_TRY(auto h, half(n));
  WEFT_TRY(int q, half(h));
  return q;
}

TEST(Result, TryBindsTheValue) {
  EXPECT_EQ(quarter(8).value(), 2);
}

TEST(Result, TryReturnsTheFirstError) {
  auto r = quarter(6);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Errc::kInvalid);
  EXPECT_EQ(r.error().message, "odd");
}

TEST(Error, ContextIsPutInFront) {
  EXPECT_EQ(Error(Errc::kConflict, "in use", "IpAddressInUse").with_context("create port").message,
            "create port: in use");
}

TEST(Error, OnlyUnavailableAndTimeoutAreRetryable) {
  EXPECT_TRUE(Error(Errc::kUnavailable, "").retryable());
  EXPECT_TRUE(Error(Errc::kTimeout, "").retryable());
  EXPECT_FALSE(Error(Errc::kConflict, "").retryable());
}

}  // namespace
}  // namespace weft
