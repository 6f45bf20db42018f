#include "store/local_server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <cstring>
#include <fstream>
#include <thread>

#include "store/schema.h"

namespace weft::store {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Starts a program that is sent SIGTERM when we end. -1 when it can't fork.
pid_t spawn(const std::vector<std::string>& command, int output) {
  std::vector<char*> argv;
  for (const auto& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child != 0) return child;
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(127);  // it ended before prctl took effect
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  dup2(open("/dev/null", O_RDWR), STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  close_range(3, ~0U, 0);  // a handed-over API socket is not the server's
  execvp(argv[0], argv.data());
  _exit(127);
}

/// Runs a program to its end and returns what it wrote.
Result<std::string> run(const std::vector<std::string>& command) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return fail(Errc::kUnavailable, std::strerror(errno));
  const pid_t pid = spawn(command, ends[1]);
  close(ends[1]);
  std::string output(256, '\0');
  const ssize_t size = read(ends[0], output.data(), output.size());
  output.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  close(ends[0]);
  int status = 0;
  if (pid > 0 && waitpid(pid, &status, 0) == pid && status == 0) return output.substr(0, output.find('\n'));
  return fail(Errc::kUnavailable,
              fmt::format("{} {} failed; is openvswitch installed?", command[0], command[1]));
}

/// Makes the database, or brings an old one to our schema.
Result<void> prepare_database(const fs::path& directory) {
  std::error_code ec;
  fs::create_directories(directory, ec);
  const fs::path schema = directory / "weft.ovsschema", database = directory / "weft.db";
  std::ofstream(schema) << schema_text();
  if (!fs::exists(schema)) return fail(Errc::kUnavailable, "can't write " + schema.string());
  if (!fs::exists(database)) {
    WEFT_CHECK(run({"ovsdb-tool", "create", database, schema}));
    return {};
  }
  WEFT_TRY(auto theirs, run({"ovsdb-tool", "db-version", database}));
  if (check_schema_version(schema_version(), theirs)) return {};
  if (!check_schema_version(theirs, schema_version())) return check_schema_version(schema_version(), theirs);
  WEFT_CHECK(run({"ovsdb-tool", "convert", database, schema}));
  return {};
}

bool accepts_connections(const fs::path& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, socket.c_str());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool ok = connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  close(fd);
  return ok;
}

}  // namespace

struct LocalServer::Child {
  Child(asio::any_io_executor executor, pid_t child)
      : pid(child), ended(std::move(executor), static_cast<int>(syscall(SYS_pidfd_open, child, 0))) {}

  pid_t pid;
  asio::posix::stream_descriptor ended;  ///< a pidfd: readable when the process has ended
  std::function<void(int)> death_handler;
};

LocalServer::LocalServer(fs::path socket, std::shared_ptr<Child> child)
    : socket_(std::move(socket)), child_(std::move(child)) {
  child_->ended.async_wait(asio::posix::stream_descriptor::wait_read, [child = child_](const auto& error) {
    int status = 0;
    if (error || waitpid(child->pid, &status, WNOHANG) != child->pid) return;
    child->pid = -1;
    if (child->death_handler) child->death_handler(status);
  });
}

Result<std::unique_ptr<LocalServer>> LocalServer::start(asio::any_io_executor executor,
                                                        LocalServerOptions options) {
  const fs::path socket = options.directory / "store.sock";
  if (socket.native().size() >= sizeof(sockaddr_un::sun_path))
    return fail(Errc::kUnavailable, "path too long for a socket: " + socket.string());
  WEFT_CHECK(prepare_database(options.directory));
  std::error_code ec;
  fs::remove(socket, ec);
  std::vector<std::string> command{"ovsdb-server",
                                   "--remote=punix:" + socket.string(),
                                   "--unixctl=" + (options.directory / "store.ctl").string(),
                                   "--verbose=console:warn",
                                   "--verbose=fatal_signal:err",
                                   "--verbose=syslog:off",
                                   "--verbose=file:off"};
  for (const auto& remote : options.listen) command.push_back("--remote=" + remote);
  command.push_back(options.directory / "weft.db");
  const pid_t pid = spawn(command, STDERR_FILENO);
  if (pid < 0)
    return fail(Errc::kUnavailable, "can't start ovsdb-server: " + std::string(std::strerror(errno)));

  std::unique_ptr<LocalServer> server(
      new LocalServer(socket, std::make_shared<Child>(std::move(executor), pid)));
  const auto deadline = steady_clock::now() + std::chrono::seconds(10);
  while (!accepts_connections(socket)) {
    siginfo_t info{};
    waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT);
    if (info.si_pid == pid || steady_clock::now() > deadline)
      return fail(Errc::kUnavailable, "ovsdb-server does not come up in " + options.directory.string() +
                                          "; its own words are on standard error");
    std::this_thread::sleep_for(milliseconds(2));
  }
  return server;
}

LocalServer::~LocalServer() {
  stop();
}

std::string LocalServer::remote() const {
  return "unix:" + socket_.string();
}
void LocalServer::on_death(std::function<void(int)> handler) {
  child_->death_handler = std::move(handler);
}
int LocalServer::pid() const {
  return child_->pid;
}

void LocalServer::stop() {
  child_->death_handler = nullptr;
  boost::system::error_code ignored;
  child_->ended.close(ignored);
  if (child_->pid <= 0) return;
  kill(child_->pid, SIGTERM);
  waitpid(child_->pid, nullptr, 0);
  child_->pid = -1;
}

}  // namespace weft::store
