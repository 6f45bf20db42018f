#include "cli/resolve.h"

#include <gmock/gmock.h>

namespace weft::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// An intent with ports of these names.
struct Ports : model::Intent {
  explicit Ports(std::vector<std::string> names) {
    for (auto& name : names) {
      model::Port port;
      port.id = Uuid::random();
      port.name = std::move(name);
      put(port);
    }
  }
};

TEST(NearMatches, AreNearestFirstAndFew) {
  EXPECT_THAT(near_matches("web1", {"db", "web-1", "web11x", "web1"}),
              ElementsAre("web1", "web-1", "web11x"));
  EXPECT_THAT(near_matches("web", {"zzz", ""}), IsEmpty());
  EXPECT_THAT(near_matches("cirros", {"cirros-test001"}), ElementsAre("cirros-test001"));
}

TEST(Resolve, FindsByIdAndByName) {
  Ports intent({"web-1", "web-2"});
  auto by_name = resolve<model::Port>(intent, "port", "web-1");
  ASSERT_TRUE(by_name);
  auto by_id = resolve<model::Port>(intent, "port", (*by_name)->id.to_string());
  ASSERT_TRUE(by_id);
  EXPECT_EQ((*by_id)->name, "web-1");
}

TEST(Resolve, SuggestsNearNames) {
  auto found = resolve<model::Port>(Ports({"web-1", "db"}), "port", "web1");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::kNotFound);
  EXPECT_EQ(found.error().message, "no port is named \"web1\"; did you mean web-1?");
}

TEST(Resolve, ListsTheIdsOfAnAmbiguousName) {
  Ports intent({"web", "web"});
  auto found = resolve<model::Port>(intent, "port", "web");
  ASSERT_FALSE(found);
  for (const auto& [id, port] : intent.all<model::Port>()) {
    EXPECT_THAT(found.error().message, HasSubstr(id.to_string()));
  }
}

}  // namespace
}  // namespace weft::cli
