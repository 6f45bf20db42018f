// Runs commands in the lab's guest for `lab vm exec`: one virtio-serial port is one slot, one process serves
// each slot.
//
// Frames are delimited and escaped as in SLIP, so that a reader always finds the next frame, wherever an
// earlier client was cut off. The first byte of a frame is its type:
//   to the guest    'S' + 8 bytes of session + command, its words separated by NUL;  'I' + stdin;  'E' end of
//   stdin from the guest  'R' + session;  'O' + stdout;  'e' + stderr;  'X' + exit code as a decimal number
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

constexpr char kEnd = '\xC0', kEscape = '\xDB', kEscapedEnd = '\xDC', kEscapedEscape = '\xDD';
constexpr size_t kChunk = 16384, kSessionBytes = 8;

/// Takes bytes as they come and gives whole frames.
class Decoder {
 public:
  void feed(const char* data, size_t size, std::vector<std::string>& frames) {
    for (size_t i = 0; i < size; ++i) feed(data[i], frames);
  }

 private:
  void feed(char byte, std::vector<std::string>& frames) {
    if (byte == kEnd) {
      if (!frame_.empty()) frames.push_back(std::move(frame_));
      frame_.clear();
      escaped_ = false;
    } else if (escaped_) {
      frame_ += byte == kEscapedEnd ? kEnd : kEscape;
      escaped_ = false;
    } else if (byte == kEscape) {
      escaped_ = true;
    } else {
      frame_ += byte;
    }
  }

  std::string frame_;
  bool escaped_ = false;
};

/// One virtio-serial port.
class Port {
 public:
  explicit Port(int fd) : fd_(fd) {}
  int fd() const { return fd_; }

  /// Sleeps until a client is connected: the driver sends SIGIO when one comes; a port without one polls as
  /// hung up.
  void wait_for_client() const {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGIO);
    const timespec fallback{1, 0};
    while (hung_up()) sigtimedwait(&signals, nullptr, &fallback);
  }

  bool hung_up() const {
    pollfd p{fd_, POLLIN, 0};
    return poll(&p, 1, 0) == 1 && (p.revents & POLLHUP) != 0;
  }

  /// Reads what is there; false when the client has gone.
  bool read_frames(std::vector<std::string>& frames) {
    char buffer[kChunk];
    const ssize_t size = read(fd_, buffer, sizeof buffer);
    if (size == 0) return false;
    if (size < 0) return errno == EAGAIN || errno == EINTR;
    decoder_.feed(buffer, static_cast<size_t>(size), frames);
    return true;
  }

  /// Sends a whole frame; false when the client has gone.
  bool send(char type, const char* data, size_t size) const {
    std::string wire{kEnd, type};
    for (size_t i = 0; i < size; ++i) {
      if (data[i] == kEnd) {
        wire += {kEscape, kEscapedEnd};
      } else if (data[i] == kEscape) {
        wire += {kEscape, kEscapedEscape};
      } else {
        wire += data[i];
      }
    }
    wire += kEnd;
    return write_all(wire);
  }

 private:
  bool write_all(const std::string& wire) const {
    size_t done = 0;
    while (done < wire.size()) {
      pollfd p{fd_, POLLOUT, 0};
      poll(&p, 1, -1);
      if (p.revents & POLLHUP) return false;
      const ssize_t size = write(fd_, wire.data() + done, wire.size() - done);
      if (size > 0) done += static_cast<size_t>(size);
      if (size < 0 && errno != EAGAIN && errno != EINTR) return false;
    }
    return true;
  }

  int fd_;
  Decoder decoder_;
};

/// A command that runs, with our ends of its pipes (-1 when closed).
struct Command {
  pid_t pid = -1;
  int ended = -1;  // a pidfd
  int in = -1, out = -1, err = -1;
  std::string pending;  // of stdin
  bool end_of_input = false;
};

[[noreturn]] void become(const std::string& words, int in, int out, int err) {
  setsid();
  dup2(in, 0);
  dup2(out, 1);
  dup2(err, 2);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  std::vector<char*> argv;
  for (size_t at = 0; at < words.size(); at += strlen(words.c_str() + at) + 1)
    argv.push_back(const_cast<char*>(words.c_str() + at));
  argv.push_back(nullptr);
  execvp(argv[0], argv.data());
  dprintf(2, "%s: %s\n", argv[0], strerror(errno));
  _exit(errno == ENOENT ? 127 : 126);
}

Command start(const std::string& words) {
  int in[2], out[2], err[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) return {};
  Command command;
  command.pid = fork();
  if (command.pid == 0) become(words, in[0], out[1], err[1]);
  for (int fd : {in[0], out[1], err[1]}) close(fd);
  command.in = in[1], command.out = out[0], command.err = err[0];
  for (int fd : {command.in, command.out, command.err}) fcntl(fd, F_SETFL, O_NONBLOCK);
  command.ended = static_cast<int>(syscall(SYS_pidfd_open, command.pid, 0));
  return command;
}

void close_fd(int& fd) {
  if (fd >= 0) close(fd);
  fd = -1;
}

/// Hands on what the command wrote; closes fd at its end. False when the client has gone.
bool forward(const Port& port, char type, int& fd) {
  char buffer[kChunk];
  const ssize_t size = read(fd, buffer, sizeof buffer);
  if (size > 0) return port.send(type, buffer, static_cast<size_t>(size));
  if (size == 0 || errno != EAGAIN) close_fd(fd);
  return true;
}

/// Whether a read would give something now.
bool readable(int fd) {
  pollfd p{fd, POLLIN, 0};
  return fd >= 0 && poll(&p, 1, 0) == 1;
}

void feed_input(Command& command) {
  if (command.in < 0) return;
  if (!command.pending.empty()) {
    const ssize_t size = write(command.in, command.pending.data(), command.pending.size());
    if (size > 0) command.pending.erase(0, static_cast<size_t>(size));
    if (size < 0 && errno != EAGAIN) close_fd(command.in);  // the command does not read it
  }
  if (command.in < 0) command.pending.clear();
  if (command.pending.empty() && command.end_of_input) close_fd(command.in);
}

/// Children that the command left may still write: somebody reads it, so that they live on.
void leave_reader(const Command& command) {
  if (fork() != 0) return;
  char buffer[kChunk];
  for (int fd : {command.out, command.err}) {
    if (fd < 0) continue;
    fcntl(fd, F_SETFL, 0);
    while (read(fd, buffer, sizeof buffer) > 0) {
    }
  }
  _exit(0);
}

/// The command has ended: what it wrote, then its exit code.
void finish(const Port& port, Command& command) {
  bool listening = true;
  while (listening && readable(command.out)) listening = forward(port, 'O', command.out);
  while (listening && readable(command.err)) listening = forward(port, 'e', command.err);
  int status = 0;
  waitpid(command.pid, &status, 0);
  if (command.out >= 0 || command.err >= 0) leave_reader(command);
  const std::string code = std::to_string(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  if (listening) port.send('X', code.data(), code.size());
}

void abandon(Command& command) {
  kill(-command.pid, SIGKILL);
  waitpid(command.pid, nullptr, 0);
}

/// Takes frames for the running command; gives back a frame that starts another one, or nothing.
std::string take_frames(std::vector<std::string>& frames, Command& command) {
  for (std::string& frame : frames) {
    if (frame[0] == 'I') command.pending.append(frame, 1);
    if (frame[0] == 'E') command.end_of_input = true;
    if (frame[0] == 'S') return frame;
  }
  return {};
}

/// Runs one command for a client. Gives back the start frame of the next client when it came before this
/// one's end.
std::string serve_session(Port& port, const std::string& request) {
  if (request.size() <= 1 + kSessionBytes) return {};
  Command command = start(request.substr(1 + kSessionBytes) + '\0');
  port.send('R', request.data() + 1, kSessionBytes);
  std::string next;
  bool listening = command.pid > 0;
  while (listening) {
    const short want_frames = command.pending.empty() ? POLLIN : 0;
    const short want_feed = command.pending.empty() ? 0 : POLLOUT;
    pollfd p[] = {{port.fd(), want_frames, 0},
                  {command.ended, POLLIN, 0},
                  {command.out, POLLIN, 0},
                  {command.err, POLLIN, 0},
                  {want_feed ? command.in : -1, want_feed, 0}};
    poll(p, 5, -1);
    if (p[2].revents) listening = forward(port, 'O', command.out);
    if (listening && p[3].revents) listening = forward(port, 'e', command.err);
    if (listening && (p[0].revents & POLLIN)) {
      std::vector<std::string> frames;
      listening = port.read_frames(frames);
      next = take_frames(frames, command);
      if (!next.empty()) break;
    }
    if (p[0].revents & POLLHUP) break;
    feed_input(command);
    if (listening && p[1].revents) {
      finish(port, command);
      command.pid = -1;
      break;
    }
  }
  if (command.pid > 0) abandon(command);
  for (int* fd : {&command.ended, &command.in, &command.out, &command.err}) close_fd(*fd);
  return next;
}

/// The device of the port with this name, or nothing. The name comes when the driver is done with making the
/// port: a device opened earlier never wakes up.
std::string find_device(const std::string& wanted) {
  std::string found;
  DIR* ports = opendir("/sys/class/virtio-ports");
  if (ports == nullptr) return found;
  while (const dirent* entry = readdir(ports)) {
    char name[32] = {};
    const int fd =
        open(("/sys/class/virtio-ports/" + std::string(entry->d_name) + "/name").c_str(), O_RDONLY);
    if (fd < 0) continue;
    if (read(fd, name, sizeof name - 1) > 0 && wanted + "\n" == name) found = entry->d_name;
    close(fd);
  }
  closedir(ports);
  return found;
}

int open_port(const std::string& name) {
  std::string device = find_device(name);
  for (; device.empty(); device = find_device(name)) usleep(10'000);
  return open(("/dev/" + device).c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
}

[[noreturn]] void serve(const std::string& name) {
  const int fd = open_port(name);
  fcntl(fd, F_SETOWN, getpid());
  fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC);
  Port port(fd);
  while (true) {
    port.wait_for_client();
    pollfd p{port.fd(), POLLIN, 0};
    poll(&p, 1, -1);
    std::vector<std::string> frames;
    port.read_frames(frames);
    std::string request;
    for (const std::string& frame : frames)
      if (frame[0] == 'S') request = frame;
    while (!request.empty()) request = serve_session(port, request);
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGIO);
  sigprocmask(SIG_BLOCK, &signals, nullptr);  // waited for, never delivered
  signal(SIGPIPE, SIG_IGN);
  const int slots = argc > 1 ? atoi(argv[1]) : 1;
  for (int slot = 0; slot < slots; ++slot)
    if (fork() == 0) serve("exec" + std::to_string(slot));
  while (wait(nullptr) > 0 || errno == EINTR) {
  }
}
