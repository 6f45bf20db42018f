#pragma once
// A real ovsdb-server and ovs-vswitchd for integration tests, alone in a network namespace that the test
// process enters itself: nothing is left when it ends, however it ends.

#include <sys/types.h>

#include <cstdint>
#include <span>
#include <string>

namespace weft::openflow {

class RealSwitch {
 public:
  /// Moves this process to a new network namespace (once) and starts ovsdb-server and ovs-vswitchd.
  RealSwitch();
  ~RealSwitch();
  RealSwitch(const RealSwitch&) = delete;
  RealSwitch& operator=(const RealSwitch&) = delete;

  /// A userspace bridge that connects, out of band, to a controller on 127.0.0.1.
  void add_bridge(const std::string& name, std::uint16_t controller_port);
  /// An internal port: frames sent to it are received by the bridge.
  void add_port(const std::string& bridge, const std::string& name, std::uint16_t number);
  void send(const std::string& port, std::span<const std::uint8_t> frame) const;
  void kill_vswitchd();
  void start_vswitchd();
  /// Runs a shell command with the OVS_* variables of this switch; its standard output and error.
  std::string run(const std::string& command) const;
  const std::string& directory() const { return directory_; }

 private:
  std::string directory_;
  pid_t ovsdb_server_ = -1;
  pid_t vswitchd_ = -1;
};

}  // namespace weft::openflow
