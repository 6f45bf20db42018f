#include "openflow/real_switch.h"

#include <fcntl.h>
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

void enter_own_network_namespace() {
  static const bool done = [] {
    if (unshare(CLONE_NEWNET) != 0) throw std::runtime_error("unshare: needs root");
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP;
    int result = ioctl(fd, SIOCSIFFLAGS, &request);
    close(fd);
    if (result != 0) throw std::runtime_error("lo does not come up");
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
