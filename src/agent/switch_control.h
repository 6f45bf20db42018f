#pragma once
// Commands to ovs-vswitchd itself, as ovs-appctl(8) gives them: for what neither its database nor OpenFlow
// can set.

#include <string>
#include <string_view>
#include <vector>

#include "base/asio.h"

namespace weft::agent {

struct SwitchCommand {
  std::string name;  ///< as "dpctl/ct-set-limits"
  std::vector<std::string> arguments;
};

/// Where Open vSwitch keeps its sockets and process ids: beside the socket of its database, or in the usual
/// place when that one is reached otherwise.
std::string switch_run_directory(std::string_view ovsdb_remote);

/// Runs one command on the ovs-vswitchd whose run directory this is, over a connection of its own, and
/// returns once it was carried out. Errors: kUnavailable when there is no such process or it does not answer;
/// kInvalid, with its reason, when it refuses.
Task<void> run_on_switch(asio::any_io_executor executor, std::string run_directory, SwitchCommand command);

}  // namespace weft::agent
