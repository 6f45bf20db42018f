#include <fcntl.h>
#include <gmock/gmock.h>
#include <net/if.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

#include "agent/netlink.h"

namespace weft::agent {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A network namespace of this test's own, kept by a file that it is mounted on.
class PodNamespace {
 public:
  explicit PodNamespace(std::string name)
      : path_("/run/weft-netlink-itest-" + std::to_string(getpid()) + name) {
    std::ofstream{path_};
    std::thread([this] {
      if (unshare(CLONE_NEWNET) != 0) return;
      mounted_ = mount("/proc/thread-self/ns/net", path_.c_str(), nullptr, MS_BIND, nullptr) == 0;
    }).join();
  }
  ~PodNamespace() {
    if (mounted_) umount2(path_.c_str(), MNT_DETACH);
    std::filesystem::remove(path_);
  }

  bool usable() const { return mounted_; }
  const std::string& path() const { return path_; }

  /// Output of a shell command that runs inside.
  std::string run(const std::string& command) const {
    std::string out;
    auto* pipe = popen(("nsenter --net=" + path_ + " " + command + " 2>&1").c_str(), "r");
    char buffer[512];
    while (fgets(buffer, sizeof buffer, pipe) != nullptr) out += buffer;
    pclose(pipe);
    return out;
  }

 private:
  std::string path_;
  bool mounted_ = false;
};

class VethTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!pod_.usable()) GTEST_SKIP() << "needs to be root";
    spec_ = {.host_name = "wft" + std::to_string(getpid()),
             .host_mtu = 1500,
             .netns = pod_.path(),
             .ifname = "eth0",
             .mac = *MacAddress::parse("fa:16:3e:01:02:03"),
             .mtu = 1450,
             .addresses = {{*IpAddress::parse("20.20.1.7"), 24}},
             .routes = {{*IpPrefix::parse("10.0.0.0/8"), *IpAddress::parse("20.20.1.1")},
                        {*IpPrefix::parse("0.0.0.0/0"), *IpAddress::parse("20.20.1.1")}},
             .checksum_offload = false};
  }
  void TearDown() override { (void)delete_link(spec_.host_name); }
  bool host_end_exists() const { return if_nametoindex(spec_.host_name.c_str()) != 0; }

  PodNamespace pod_{"a"};
  VethSpec spec_;
};

TEST_F(VethTest, PutsTheConfiguredEndIntoThePod) {
  auto host_mac = make_veth(spec_);
  ASSERT_TRUE(host_mac) << host_mac.error().message;
  EXPECT_NE(*host_mac, MacAddress{});
  auto link = pod_.run("ip address show eth0");
  EXPECT_THAT(link, HasSubstr("fa:16:3e:01:02:03"));
  EXPECT_THAT(link, HasSubstr("mtu 1450"));
  EXPECT_THAT(link, HasSubstr("inet 20.20.1.7/24 brd 20.20.1.255"));
  EXPECT_THAT(link, HasSubstr("state UP"));
  auto routes = pod_.run("ip route");
  EXPECT_THAT(routes, HasSubstr("default via 20.20.1.1 dev eth0"));
  EXPECT_THAT(routes, HasSubstr("10.0.0.0/8 via 20.20.1.1 dev eth0"));
  EXPECT_THAT(pod_.run("ethtool -k eth0"), HasSubstr("tx-checksumming: off"));
}

class DualStackVethTest : public VethTest {
 protected:
  void SetUp() override {
    VethTest::SetUp();
    spec_.addresses.push_back({*IpAddress::parse("2001:db8::f816:3eff:fe01:203"), 64});
    spec_.routes.push_back({*IpPrefix::parse("::/0"), *IpAddress::parse("2001:db8::1")});
    spec_.routes.push_back({*IpPrefix::parse("2001:db8:5::/48"), *IpAddress::parse("2001:db8::9")});
  }
  std::string setting(const std::string& name) {
    return pod_.run("cat /proc/sys/net/ipv6/conf/eth0/" + name);
  }
};

TEST_F(DualStackVethTest, AddressesCanBeUsedAtOnce) {
  auto made = make_veth(spec_);
  ASSERT_TRUE(made) << made.error().message;
  auto addresses = pod_.run("ip -6 address show eth0");
  EXPECT_THAT(addresses, HasSubstr("inet6 2001:db8::f816:3eff:fe01:203/64 scope global nodad"));
  EXPECT_THAT(addresses, HasSubstr("inet6 fe80::f816:3eff:fe01:203/64 scope link nodad"));
  EXPECT_THAT(addresses, Not(HasSubstr("tentative")));
  auto routes = pod_.run("ip -6 route");
  EXPECT_THAT(routes, HasSubstr("default via 2001:db8::1 dev eth0"));
  EXPECT_THAT(routes, HasSubstr("2001:db8:5::/48 via 2001:db8::9 dev eth0"));
}

TEST_F(DualStackVethTest, TheKernelAddsNothingFromRouterAdvertisements) {
  ASSERT_TRUE(make_veth(spec_));
  EXPECT_EQ(setting("accept_ra"), "0\n");
  EXPECT_EQ(setting("addr_gen_mode"), "1\n") << "none";
}

TEST_F(DualStackVethTest, IpV6IsTurnedOnWhereTheRuntimeTurnedItOff) {
  pod_.run("sysctl -qw net.ipv6.conf.default.disable_ipv6=1");
  ASSERT_TRUE(make_veth(spec_));
  EXPECT_EQ(setting("disable_ipv6"), "0\n");
  EXPECT_THAT(pod_.run("ip -6 address show eth0"), HasSubstr("2001:db8::f816:3eff:fe01:203/64"));
}

TEST_F(VethTest, IpV6StaysOffWhereThePortHasNone) {
  pod_.run("sysctl -qw net.ipv6.conf.default.disable_ipv6=1");
  ASSERT_TRUE(make_veth(spec_));
  EXPECT_THAT(pod_.run("ip -6 address show eth0"), Not(HasSubstr("inet6")));
  EXPECT_EQ(pod_.run("cat /proc/sys/net/ipv6/conf/eth0/accept_ra"), "0\n");
}

TEST_F(VethTest, KeepsTheSwitchEndWideAndSilent) {
  ASSERT_TRUE(make_veth(spec_));
  std::ifstream mtu("/sys/class/net/" + spec_.host_name + "/mtu");
  int value = 0;
  mtu >> value;
  EXPECT_EQ(value, 1500);
  std::ifstream addresses("/proc/net/if_inet6");
  std::string all((std::istreambuf_iterator<char>(addresses)), {});
  EXPECT_THAT(all, testing::Not(HasSubstr(spec_.host_name)));
}

TEST_F(VethTest, LeavesOffloadOnWhenTheSwitchCanUseIt) {
  spec_.checksum_offload = true;
  ASSERT_TRUE(make_veth(spec_));
  EXPECT_THAT(pod_.run("ethtool -k eth0"), HasSubstr("tx-checksumming: on"));
}

TEST_F(VethTest, LeavesNothingBehindWhenItFails) {
  spec_.routes.push_back({*IpPrefix::parse("10.9.0.0/16"), *IpAddress::parse("99.99.99.99")});  // unreachable
  auto made = make_veth(spec_);
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("10.9.0.0/16"));
  EXPECT_FALSE(host_end_exists());
  EXPECT_THAT(pod_.run("ip link show eth0"), HasSubstr("does not exist"));
}

TEST_F(VethTest, RefusesAnInterfaceNameThatThePodHas) {
  ASSERT_TRUE(make_veth(spec_));
  auto second = spec_;
  second.host_name += "b";
  auto made = make_veth(second);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Errc::kConflict);
  EXPECT_EQ(if_nametoindex(second.host_name.c_str()), 0U);
}

TEST_F(VethTest, SaysWhichNamespaceIsMissingOrIsNone) {
  spec_.netns = "/run/no-such-namespace";
  auto made = make_veth(spec_);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Errc::kNotFound);
  EXPECT_THAT(made.error().message, HasSubstr("/run/no-such-namespace"));
  spec_.netns = "/etc/hostname";
  EXPECT_EQ(make_veth(spec_).error().code, Errc::kInvalid);
  EXPECT_FALSE(host_end_exists());
}

TEST_F(VethTest, DeletesBothEndsAndDoesSoTwice) {
  ASSERT_TRUE(make_veth(spec_));
  ASSERT_TRUE(delete_link(spec_.host_name));
  EXPECT_FALSE(host_end_exists());
  EXPECT_TRUE(delete_link(spec_.host_name)) << "one that is not there is fine";
}

TEST_F(VethTest, CheckSeesWhatSomebodyChanged) {
  ASSERT_TRUE(make_veth(spec_));
  EXPECT_TRUE(check_veth(spec_)) << "control";
  pod_.run("ip address del 20.20.1.7/24 dev eth0");
  auto checked = check_veth(spec_);
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().message, HasSubstr("20.20.1.7/24"));
  pod_.run("ip link set eth0 address 02:00:00:00:00:01");
  EXPECT_THAT(check_veth(spec_).error().message, HasSubstr("02:00:00:00:00:01"));
  pod_.run("ip link del eth0");
  EXPECT_EQ(check_veth(spec_).error().code, Errc::kNotFound);
}

}  // namespace
}  // namespace weft::agent
