#include "agent/datapath_settings.h"

#include <gtest/gtest.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <fstream>
#include <optional>

namespace weft::agent {
namespace {

using Local = asio::local::stream_protocol;

const SwitchCommand kCommand{"dpctl/ct-set-limits", {"netdev@ovs-netdev", "zone=1,limit=5"}};

/// A run directory with the process id and, when it answers, the control socket of a switch.
class ControlSocket : public testing::Test {
 protected:
  void SetUp() override {
    auto name = (std::filesystem::temp_directory_path() / "weft-control-XXXXXX").string();
    ASSERT_TRUE(mkdtemp(name.data()));
    directory_ = name;
    std::ofstream(directory_ / "ovs-vswitchd.pid") << "42\n";
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  /// What a command comes to when the switch says this to it.
  Result<void> command_answered_with(std::string answer) {
    Local::acceptor acceptor(context_, Local::endpoint(directory_ / "ovs-vswitchd.42.ctl"));
    acceptor.async_accept([&](boost::system::error_code, Local::socket client) {
      std::array<char, 1024> buffer;
      request_.assign(buffer.data(), client.read_some(asio::buffer(buffer)));
      asio::write(client, asio::buffer(answer));
    });
    return command();
  }

  Result<void> command() {
    std::optional<Result<void>> outcome;
    asio::co_spawn(context_, run_on_switch(context_.get_executor(), directory_, kCommand),
                   [&](std::exception_ptr, Result<void> done) { outcome = std::move(done); });
    context_.run();
    return *outcome;
  }

  asio::io_context context_;
  std::filesystem::path directory_;
  std::string request_;
};

TEST_F(ControlSocket, CarriesACommandAndItsAnswer) {
  EXPECT_TRUE(command_answered_with(R"({"id":0,"result":"","error":null})"));
  EXPECT_EQ(request_,
            R"({"method":"dpctl/ct-set-limits","params":["netdev@ovs-netdev","zone=1,limit=5"],"id":0})");
}

TEST_F(ControlSocket, GivesTheReasonOfARefusal) {
  auto refused = command_answered_with(R"({"id":0,"result":null,"error":"too\nsmall\n"})");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kInvalid);
  EXPECT_EQ(refused.error().message, "dpctl/ct-set-limits: too small");
}

TEST_F(ControlSocket, SwitchThatHangsUpOrIsNotThereMayBeAskedAgain) {
  EXPECT_EQ(command_answered_with("").error().code, Errc::kUnavailable);
  context_.restart();
  std::filesystem::remove(directory_ / "ovs-vswitchd.pid");
  EXPECT_EQ(command().error().code, Errc::kUnavailable);
}

TEST(SwitchRunDirectory, IsWhereTheDatabaseIs) {
  EXPECT_EQ(switch_run_directory("unix:/run/lab/ovs/db.sock"), "/run/lab/ovs");
  EXPECT_EQ(switch_run_directory("tcp:127.0.0.1:6640"), "/var/run/openvswitch");
}

TEST(ConnectionLimits, AreOfEachZoneByName) {
  auto limits = connection_limits(true, {1, 7}, 100);
  ASSERT_EQ(limits.size(), 1U);
  EXPECT_EQ(limits[0].arguments,
            (std::vector<std::string>{"netdev@ovs-netdev", "zone=1,limit=100", "zone=7,limit=100"}));
  EXPECT_EQ(connection_limits(false, {1}, 100)[0].arguments.front(), "system@ovs-system");
  EXPECT_TRUE(connection_limits(true, {}, 100).empty());
}

TEST(ConnectionLimits, OfNoughtAreNone) {
  auto limits = connection_limits(true, {1, 7}, 0);
  ASSERT_EQ(limits.size(), 1U);
  EXPECT_EQ(limits[0].name, "dpctl/ct-del-limits");
  EXPECT_EQ(limits[0].arguments, (std::vector<std::string>{"netdev@ovs-netdev", "zone=1,7"}));
}

TEST(FragmentSettings, AreOfTheUserspaceDatapathOnly) {
  EXPECT_EQ(fragment_settings(true).size(), 3U);
  EXPECT_TRUE(fragment_settings(false).empty());
}

}  // namespace
}  // namespace weft::agent
