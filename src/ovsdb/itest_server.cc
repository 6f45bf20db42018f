#include "ovsdb/itest_server.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

namespace weft::ovsdb {

namespace {

constexpr const char* kSchema = R"({
  "name": "Test", "version": "1.0.0",
  "tables": {
    "Port": {
      "isRoot": true,
      "indexes": [["name"], ["network", "address"]],
      "columns": {
        "name": {"type": "string"},
        "network": {"type": "uuid"},
        "address": {"type": "string"},
        "revision": {"type": "integer"},
        "enabled": {"type": "boolean"},
        "weight": {"type": "real"},
        "host": {"type": {"key": "string", "min": 0, "max": 1}},
        "groups": {"type": {"key": "uuid", "min": 0, "max": "unlimited"}},
        "options": {"type": {"key": "string", "value": "string", "min": 0, "max": "unlimited"}}
      }
    },
    "Log": {"isRoot": true, "columns": {"text": {"type": "string"}, "count": {"type": "integer"}}}
  }
})";

void redirect(int fd, const std::string& file, int flags) {
  int opened = open(file.c_str(), flags, 0600);
  if (opened >= 0) dup2(opened, fd);
}

/// Starts a program with its standard streams in files and Open vSwitch's directories in `where`. It ends
/// with us.
pid_t spawn(const TemporaryDirectory& where, const std::vector<std::string>& command) {
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  std::string root = where.path("");
  std::string log = where.path("output.log");
  pid_t pid = fork();
  if (pid != 0) return pid;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const char* variable : {"OVS_RUNDIR", "OVS_LOGDIR", "OVS_DBDIR"}) setenv(variable, root.c_str(), 1);
  redirect(STDIN_FILENO, "/dev/null", O_RDONLY);
  redirect(STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_APPEND);
  redirect(STDERR_FILENO, log, O_WRONLY | O_CREAT | O_APPEND);
  execvp(argv[0], argv.data());
  _exit(127);
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "weft-ovsdb-XXXXXX").string();
  if (!mkdtemp(pattern.data())) throw std::runtime_error("no temporary directory");
  root_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
}

int run_program(const TemporaryDirectory& where, const std::vector<std::string>& command) {
  pid_t pid = spawn(where, command);
  int status = 0;
  if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

ServerProcess::ServerProcess(const TemporaryDirectory& where, std::string name)
    : where_(where), name_(std::move(name)) {}

ServerProcess::~ServerProcess() {
  kill();
}

void ServerProcess::start() {
  std::error_code ignored;
  std::filesystem::remove(where_.path(name_ + ".sock"), ignored);
  pid_ =
      spawn(where_, {"ovsdb-server", "--remote=punix:" + where_.path(name_ + ".sock"),
                     "--unixctl=" + where_.path(name_ + ".ctl"), "--no-chdir", where_.path(name_ + ".db")});
}

void ServerProcess::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::string write_test_schema(const TemporaryDirectory& where) {
  std::string file = where.path("test.ovsschema");
  std::ofstream(file) << kSchema;
  return file;
}

}  // namespace weft::ovsdb
