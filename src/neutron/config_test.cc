#include "neutron/config.h"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <vector>

namespace weft::neutron {
namespace {

TEST(Config, ReadsToml) {
  Config config;
  auto read =
      read_toml("store = [\"tcp:192.0.2.1:6640\", \"tcp:192.0.2.2:6640\"]\nunderlay-mtu = 9000\n", config);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(config.store.size(), 2u);
  EXPECT_EQ(config.underlay_mtu, 9000);
  EXPECT_EQ(config.listen, "tcp:127.0.0.1:9696");
}

TEST(Config, NamesWhatIsWrong) {
  Config config;
  EXPECT_EQ(read_toml("colour = 1", config).error().message, "setting 'colour' is not known");
  EXPECT_EQ(read_toml("listen = 1", config).error().message, "setting 'listen' must be a text in quotes");
  EXPECT_EQ(read_toml("underlay-mtu = 1", config).error().message,
            "setting 'underlay-mtu' must be a number from 576 to 65535");
  EXPECT_EQ(read_toml("overlay-ip-version = 5", config).error().message,
            "setting 'overlay-ip-version' must be 4 or 6");
  EXPECT_EQ(read_toml("\nlisten =", config).error().message.substr(0, 6), "line 2");
}

TEST(Config, LetsFlagsWinOverTheFile) {
  auto path = testing::TempDir() + "weftd-config-test.toml";
  std::ofstream(path) << "listen = \"tcp:192.0.2.1:9696\"\nstore = \"unix:/run/weft/store.sock\"\n";
  std::array argv{"weftd", "--config", path.c_str(), "--listen", "tcp:127.0.0.1:1"};
  auto config = load_config(argv.size(), argv.data());
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->listen, "tcp:127.0.0.1:1");
  EXPECT_EQ(config->store, std::vector<std::string>{"unix:/run/weft/store.sock"});
}

Result<Config> with_flags(std::vector<const char*> flags) {
  flags.insert(flags.begin(), "weftd");
  return load_config(static_cast<int>(flags.size()), flags.data());
}

TEST(Config, KnowsTheDomainOfAllPorts) {
  EXPECT_EQ(with_flags({})->dns_domain, "openstacklocal.");
  EXPECT_EQ(with_flags({"--dns-domain", "Cloud.example"})->dns_domain, "cloud.example.");
  EXPECT_EQ(with_flags({"--dns-domain", ""})->dns_domain, "");
  EXPECT_FALSE(with_flags({"--dns-domain", "under_score"}));
}

TEST(Config, RefusesFlagsOutOfRange) {
  EXPECT_EQ(with_flags({"--overlay-ip-version", "6"})->overlay_ip_version, 6);
  EXPECT_FALSE(with_flags({"--overlay-ip-version", "5"}));
  EXPECT_FALSE(with_flags({"--underlay-mtu", "575"}));
}

}  // namespace
}  // namespace weft::neutron
