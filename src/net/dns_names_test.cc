#include "net/dns_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weft::net {
namespace {

using Bytes = std::vector<std::uint8_t>;
using ::testing::IsEmpty;

TEST(DnsNames, AreLabelsWithLengths) {
  EXPECT_EQ(dns_names({"a.example.", "b"}),
            (Bytes{1, 'a', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0, 1, 'b', 0}));
  EXPECT_THAT(dns_names({"", "a..b", std::string(64, 'x')}), IsEmpty());
}

}  // namespace
}  // namespace weft::net
