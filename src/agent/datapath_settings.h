#pragma once
// What keeps the ports of a node from starving each other in the switch's datapath: how many connections each
// may have, and how IP fragments are put together. ovs-vswitchd forgets all of it when it ends.

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "agent/switch_control.h"
#include "agent/worker.h"

namespace weft::agent {

/// How fragments are put together; nothing for the kernel's datapath, which has settings of its own (sysctl).
std::vector<SwitchCommand> fragment_settings(bool userspace);

/// Bounds the connections of each of these conntrack zones; 0: they have no bound. Nothing when there are
/// none.
std::vector<SwitchCommand> connection_limits(bool userspace, const std::set<std::uint16_t>& zones, int most);

/// Level-triggered: tells a switch that is new everything, and one that is known what it lacks. A setting
/// that the switch refuses is logged and left until the next switch; one that does not reach it is repeated.
class DatapathSettings {
 public:
  /// `ovsdb_remote` says where the switch is, `max_connections` what a port may have (0: any number).
  DatapathSettings(asio::any_io_executor executor, const std::string& ovsdb_remote, int max_connections,
                   Metrics& metrics);

  /// A switch has connected that may know nothing.
  void connected(bool userspace);
  /// The zones of this node's ports, all of them.
  void set_zones(const std::set<std::uint16_t>& zones);
  void stop() { worker_.stop(); }

 private:
  Task<void> apply();
  Task<void> run_all(std::vector<SwitchCommand> commands);
  void note_refusal(const SwitchCommand& command, const Error& error);
  std::set<std::uint16_t> unlimited_zones() const;

  asio::any_io_executor executor_;
  std::string run_directory_;
  int max_connections_;
  bool userspace_ = false;
  std::uint64_t switches_ = 0;  ///< how many have connected; 0: nobody to tell
  std::set<std::uint16_t> zones_;
  // What the switch that connected last has been told.
  bool fragments_set_ = false;
  std::set<std::uint16_t> limited_;
  std::set<std::string> refused_;  ///< names of commands
  Worker worker_;
};

}  // namespace weft::agent
