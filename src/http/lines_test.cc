#include "http/lines.h"

#include <gtest/gtest.h>

#include <vector>

namespace weft::http {
namespace {

TEST(Lines, AreTheSameHoweverTheBytesCome) {
  const std::string text = "one\n\nthree\nunfinished";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    Lines lines;
    std::vector<std::string> seen;
    for (std::size_t at = 0; at < text.size(); at += piece) {
      EXPECT_TRUE(lines.feed(std::string_view(text).substr(at, piece),
                             [&](std::string_view line) { seen.emplace_back(line); }));
    }
    EXPECT_EQ(seen, (std::vector<std::string>{"one", "", "three"})) << piece;
  }
}

TEST(Lines, RefuseOneWithoutAnEnd) {
  Lines lines;
  const std::string piece(Lines::kLongest / 2, 'x');
  EXPECT_TRUE(lines.feed(piece, [](std::string_view) {}));
  EXPECT_TRUE(lines.feed(piece, [](std::string_view) {}));
  EXPECT_FALSE(lines.feed(piece, [](std::string_view) {}));
}

}  // namespace
}  // namespace weft::http
