#include "openflow/real_switch.h"

#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <vector>

namespace weft::openflow {
namespace {

void bring_up(const char* interface) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  ifreq request{};
  std::strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
  request.ifr_flags = IFF_UP;
  int result = ioctl(fd, SIOCSIFFLAGS, &request);
  close(fd);
  if (result != 0) throw std::runtime_error(std::string(interface) + " does not come up");
}

void enter_own_network_namespace() {
  static const bool done = [] {
    if (unshare(CLONE_NEWNET) != 0) throw std::runtime_error("unshare: needs root");
    bring_up("lo");
    return true;
  }();
  (void)done;
}

/// Starts a daemon in the foreground; it dies with this process.
pid_t spawn(const std::vector<std::string>& command) {
  std::vector<char*> argv;
  for (const auto& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  pid_t pid = fork();
  if (pid != 0) return pid;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  int null = open("/dev/null", O_RDWR);
  for (int fd : {0, 1, 2}) dup2(null, fd);
  execvp(argv[0], argv.data());
  _exit(127);
}

void kill_and_reap(pid_t& pid) {
  if (pid <= 0) return;
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
  pid = -1;
}

}  // namespace

RealSwitch::RealSwitch() {
  enter_own_network_namespace();
  char name[] = "/tmp/weft-switch-XXXXXX";
  if (!mkdtemp(name)) throw std::runtime_error("mkdtemp");
  directory_ = name;
  for (const char* variable : {"OVS_RUNDIR", "OVS_LOGDIR", "OVS_DBDIR"}) setenv(variable, name, 1);
  run("ovsdb-tool create $OVS_DBDIR/conf.db /usr/share/openvswitch/vswitch.ovsschema");
  ovsdb_server_ = spawn({"ovsdb-server", directory_ + "/conf.db", "--remote=punix:" + directory_ + "/db.sock",
                         "--log-file=" + directory_ + "/ovsdb-server.log"});
  run("ovs-vsctl --no-wait --retry --timeout=20 init");
  start_vswitchd();
}

RealSwitch::~RealSwitch() {
  kill_and_reap(vswitchd_);
  kill_and_reap(ovsdb_server_);
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void RealSwitch::start_vswitchd() {
  vswitchd_ = spawn({"ovs-vswitchd", "unix:" + directory_ + "/db.sock", "--pidfile",
                     "--log-file=" + directory_ + "/ovs-vswitchd.log"});
}

void RealSwitch::kill_vswitchd() {
  kill_and_reap(vswitchd_);
}

void RealSwitch::add_bridge(const std::string& name, std::uint16_t controller_port) {
  run("ovs-vsctl --timeout=20 add-br " + name + " -- set bridge " + name +
      " datapath_type=netdev fail_mode=secure other_config:disable-in-band=true -- set-controller " + name +
      " tcp:127.0.0.1:" + std::to_string(controller_port) + " -- set controller " + name +
      " connection_mode=out-of-band");
}

void RealSwitch::add_port(const std::string& bridge, const std::string& name, std::uint16_t number) {
  run("ovs-vsctl --timeout=20 add-port " + bridge + " " + name + " -- set interface " + name +
      " type=internal ofport_request=" + std::to_string(number));
  bring_up(name.c_str());
}

void RealSwitch::send(const std::string& port, std::span<const std::uint8_t> frame) const {
  int fd = socket(AF_PACKET, SOCK_RAW, 0);
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_ifindex = static_cast<int>(if_nametoindex(port.c_str()));
  ssize_t sent =
      sendto(fd, frame.data(), frame.size(), 0, reinterpret_cast<sockaddr*>(&address), sizeof address);
  close(fd);
  if (sent != static_cast<ssize_t>(frame.size())) throw std::runtime_error("a frame was not sent");
}

std::string RealSwitch::run(const std::string& command) const {
  FILE* pipe = popen(("{ " + command + "; } 2>&1").c_str(), "r");
  if (!pipe) throw std::runtime_error("popen");
  std::string out;
  char buffer[65536];
  for (std::size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, n);
  pclose(pipe);
  return out;
}

}  // namespace weft::openflow
