#include "agent/datapath_settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "base/log.h"

namespace weft::agent {
namespace {

// The least and the most that Open vSwitch 3.1 takes. Its defaults are 1,200 and 1,280 octets - links with a
// smaller MTU exist, and tunnels inside the tenant's network make fragments of any size - and 1,000
// fragments.
constexpr int kLeastFragment = 400;
constexpr int kMostFragments = 5000;

std::string datapath_name(bool userspace) {
  return userspace ? "netdev@ovs-netdev" : "system@ovs-system";
}

}  // namespace

std::vector<SwitchCommand> fragment_settings(bool userspace) {
  if (!userspace) return {};
  auto datapath = datapath_name(userspace);
  auto least = std::to_string(kLeastFragment);
  return {{"dpctl/ipf-set-min-frag", {datapath, "v4", least}},
          {"dpctl/ipf-set-min-frag", {datapath, "v6", least}},
          {"dpctl/ipf-set-max-nfrags", {datapath, std::to_string(kMostFragments)}}};
}

std::vector<SwitchCommand> connection_limits(bool userspace, const std::set<std::uint16_t>& zones, int most) {
  if (zones.empty()) return {};
  std::vector<std::string> arguments{datapath_name(userspace)};
  if (most == 0) {
    arguments.push_back(fmt::format("zone={}", fmt::join(zones, ",")));
    return {{"dpctl/ct-del-limits", std::move(arguments)}};
  }
  // Each zone by name: what "default=" bounds is the sum of all zones without a bound of their own.
  for (auto zone : zones) arguments.push_back(fmt::format("zone={},limit={}", zone, most));
  return {{"dpctl/ct-set-limits", std::move(arguments)}};
}

DatapathSettings::DatapathSettings(asio::any_io_executor executor, const std::string& ovsdb_remote,
                                   int max_connections, Metrics& metrics)
    : executor_(executor),
      run_directory_(switch_run_directory(ovsdb_remote)),
      max_connections_(max_connections),
      worker_(
          executor, "datapath_settings", [this] { return apply(); }, metrics) {
  metrics.gauge("weft_agent_refused_datapath_settings",
                "Commands that set connection limits or fragment handling and that the switch refuses",
                [this] { return static_cast<double>(refused_.size()); });
}

void DatapathSettings::connected(bool userspace) {
  userspace_ = userspace;
  ++switches_;
  fragments_set_ = false;
  limited_.clear();
  refused_.clear();
  worker_.mark();
}

void DatapathSettings::set_zones(const std::set<std::uint16_t>& zones) {
  zones_ = zones;
  // A zone without a port keeps its limit: whoever gets it next needs the same.
  if (!unlimited_zones().empty()) worker_.mark();
}

std::set<std::uint16_t> DatapathSettings::unlimited_zones() const {
  std::set<std::uint16_t> zones;
  std::ranges::set_difference(zones_, limited_, std::inserter(zones, zones.end()));
  return zones;
}

Task<void> DatapathSettings::apply() {
  if (switches_ == 0) co_return Result<void>{};  // marked again when there is one
  auto told = switches_;
  auto zones = unlimited_zones();
  auto commands = connection_limits(userspace_, zones, max_connections_);
  if (!fragments_set_) std::ranges::move(fragment_settings(userspace_), std::back_inserter(commands));
  WEFT_CO_CHECK(co_await run_all(std::move(commands)));
  if (told != switches_) co_return Result<void>{};  // the new one has marked
  fragments_set_ = true;
  limited_.insert(zones.begin(), zones.end());
  co_return Result<void>{};
}

Task<void> DatapathSettings::run_all(std::vector<SwitchCommand> commands) {
  for (const auto& command : commands) {
    auto done = co_await run_on_switch(executor_, run_directory_, command);
    if (done) continue;
    if (done.error().code != Errc::kInvalid) co_return done;
    note_refusal(command, done.error());
  }
  co_return Result<void>{};
}

void DatapathSettings::note_refusal(const SwitchCommand& command, const Error& error) {
  if (!refused_.insert(command.name).second) return;
  log::warn("datapath_setting.refused",
            {{"arguments", fmt::format("{}", fmt::join(command.arguments, " "))}, {"error", error.message}});
}

}  // namespace weft::agent
