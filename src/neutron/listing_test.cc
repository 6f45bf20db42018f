#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "http/target.h"
#include "neutron/list.h"
#include "neutron/world_fake.h"

namespace weft::neutron {
namespace {

namespace json = boost::json;

class Listing : public testing::Test {
 protected:
  void SetUp() override { fill_world(intent_); }
  Result<json::object> answer(const std::string& query) {
    ListRequest request{"ports", "http://h/v2.0/ports", *http::parse_query(query)};
    WEFT_TRY(auto parsed, parse_list_query(request.pairs));
    WEFT_TRY(auto body, Lister<model::Port>(intent_, parsed).run(request, [](const auto&) { return true; }));
    return json::parse(body).as_object();
  }
  /// The names of the listed ports, in order.
  std::string names(const std::string& query) {
    auto listed = answer(query);
    if (!listed) return listed.error().message;
    std::string all;
    for (const auto& port : listed->at("ports").as_array())
      all += std::string(port.at("name").as_string()) + " ";
    return all;
  }
  model::Intent intent_;
};

TEST_F(Listing, FiltersByAnyAttribute) {
  EXPECT_EQ(names(""), "tp10 tp11 ");
  EXPECT_EQ(names("name=tp11"), "tp11 ");
  EXPECT_EQ(names("name=tp11&name=tp10"), "tp10 tp11 ");
  EXPECT_EQ(names("binding:host_id=node1"), "tp10 ");
  EXPECT_EQ(names("network_id=" + id_of(1).to_string() + "&mac_address=fa:16:3e:00:00:0a"), "tp10 ");
  EXPECT_EQ(names("admin_state_up=True&status=DOWN"), "tp10 tp11 ");
  EXPECT_EQ(names("admin_state_up=False"), "");
  EXPECT_EQ(names("device_id="), "tp10 tp11 ");
  EXPECT_EQ(names("id=nonsense"), "");
}

TEST_F(Listing, FiltersByAddressAndGroup) {
  EXPECT_EQ(names("fixed_ips=ip_address%3D10.7.0.11"), "tp11 ");
  EXPECT_EQ(names("fixed_ips=subnet_id%3D" + id_of(2).to_string()), "tp10 tp11 ");
  EXPECT_EQ(names("fixed_ips=ip_address_substr%3D0.1"), "tp10 tp11 ");
  EXPECT_EQ(names("fixed_ips=ip_address%3D10.7.0.11&fixed_ips=subnet_id%3D" + id_of(9).to_string()), "");
  EXPECT_EQ(names("security_groups=" + id_of(3).to_string()), "tp10 tp11 ");
}

TEST_F(Listing, FiltersByTags) {
  EXPECT_EQ(names("tags=red,round"), "tp10 ");
  EXPECT_EQ(names("tags-any=round,square"), "tp10 ");
  EXPECT_EQ(names("not-tags=red,round"), "tp11 ");
  EXPECT_EQ(names("not-tags-any=red"), "");
}

TEST_F(Listing, RefusesWhatIsNoAttribute) {
  EXPECT_EQ(names("colour=red"), "[colour] is invalid attribute for filtering");
  EXPECT_EQ(names("sort_key=colour"), "['colour'] is invalid attribute for sort_keys");
  EXPECT_EQ(names("sort_key=name&sort_dir=asc&sort_dir=asc"),
            "The number of sort_keys and sort_dirs must be same");
  EXPECT_EQ(names("limit=-1"), "limit must be an integer 0 or greater and not '-1'");
}

TEST_F(Listing, Sorts) {
  EXPECT_EQ(names("sort_key=name&sort_dir=desc"), "tp11 tp10 ");
  EXPECT_EQ(names("sort_key=admin_state_up&sort_key=mac_address&sort_dir=asc&sort_dir=desc"), "tp11 tp10 ");
}

TEST_F(Listing, CutsPagesWithLinks) {
  auto first = answer("limit=1&fields=name");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->at("ports").at(0).at("name"), "tp10");
  const auto& next = first->at("ports_links").at(0);
  EXPECT_EQ(next.at("rel"), "next");
  EXPECT_EQ(std::string(next.at("href").as_string()),
            "http://h/v2.0/ports?limit=1&fields=name&marker=" + id_of(10).to_string());
  EXPECT_EQ(names("limit=1&marker=" + id_of(10).to_string()), "tp11 ");
  EXPECT_EQ(names("limit=1&page_reverse=True&marker=" + id_of(11).to_string()), "tp10 ");
  EXPECT_EQ(names("limit=5&marker=" + id_of(11).to_string()), "");
}

TEST(RenderedValues, CompareAsWhatTheyAre) {
  EXPECT_TRUE(rendered_less("9", "10"));
  EXPECT_TRUE(rendered_less(R"("a")", R"("b")"));
  EXPECT_TRUE(text_matches("1450", "1450"));
  EXPECT_TRUE(text_matches(R"("a\"b")", "a\"b"));
  EXPECT_FALSE(text_matches(R"("a")", "b"));
}

}  // namespace
}  // namespace weft::neutron
