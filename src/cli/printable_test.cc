#include "cli/printable.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace weft::cli {
namespace {

TEST(Printable, LeavesWhatShowsAsItIs) {
  for (const char* text : {"", "web-1", "caf\u00e9 \u2713", "it's; $(id)", "\u65e5\u672c", "\U0001f600"}) {
    EXPECT_EQ(printable(text), text);
    EXPECT_TRUE(is_printable(text)) << text;
  }
}

TEST(Printable, WritesControlCharactersOut) {
  EXPECT_EQ(printable("x\x1b[31m\ny$(id)"), "x\\x1b[31m\\ny$(id)");
  EXPECT_EQ(printable("\r\t\a\x7f"), "\\r\\t\\x07\\x7f");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(printable("\u009b31m"), "\\u009b31m") << "the one-character form of ESC [";
}

TEST(Printable, WritesOutWhatHidesOrTurnsText) {
  EXPECT_EQ(printable("a\u202eb\u2066c\u200bd\u2028\ufeff"), "a\\u202eb\\u2066c\\u200bd\\u2028\\ufeff");
  EXPECT_EQ(printable("\U000e0041"), "\\U000e0041");
  EXPECT_FALSE(is_printable("a\u202eb"));
}

TEST(Printable, WritesOutBytesThatAreNoUtf8) {
  EXPECT_EQ(printable("\x9b"), "\\x9b");
  EXPECT_EQ(printable("a\xc0\x9b"), "a\\xc0\\x9b") << "a longer form than needed";
  EXPECT_EQ(printable("\xe2\x80"), "\\xe2\\x80") << "cut short";
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
}

TEST(Printable, ChangesNothingMoreTheSecondTime) {
  const auto once = printable("x\x1b[31m\n\u202e");
  EXPECT_EQ(printable(once), once);
}

TEST(Printable, KeepsJsonTheSame) {
  const boost::json::value value = {{"name", "x\x1b\n\u009b\u202e\U000e0041\x7f"}};
  const auto text = printable_json(boost::json::serialize(value) + '\n');
  EXPECT_EQ(text, "{\"name\":\"x\\u001b\\n\\u009b\\u202e\\udb40\\udc41\\u007f\"}\n");
  EXPECT_EQ(boost::json::parse(text), value);
}

}  // namespace
}  // namespace weft::cli
