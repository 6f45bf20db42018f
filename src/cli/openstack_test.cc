#include "cli/openstack.h"

#include <gtest/gtest.h>

namespace weft::cli {
namespace {

TEST(Openstack, QuotesWhatAShellWouldRead) {
  EXPECT_EQ(shell_word("con-pod"), "con-pod");
  EXPECT_EQ(shell_word("my group"), "'my group'");
  EXPECT_EQ(shell_word("it's; rm"), "'it'\\''s; rm'");
  EXPECT_EQ(shell_word("-x"), "'-x'");
  EXPECT_EQ(shell_word(""), "''");
}

TEST(Openstack, NamesWhatHasANameOfItsOwn) {
  model::Intent intent;
  model::SecurityGroup group;
  group.id = Uuid::random();
  group.name = "default";
  intent.put(group);
  EXPECT_EQ(word_of(intent, group), "default");
  model::SecurityGroup other = group;
  other.id = Uuid::random();
  intent.put(other);
  EXPECT_EQ(word_of(intent, group), group.id.to_string());
}

}  // namespace
}  // namespace weft::cli
