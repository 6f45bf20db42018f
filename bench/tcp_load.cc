// TCP load between two network namespaces, light enough that the switch between them is what is measured.
//
//   tcp_load serve PORT COUNT                      echoes or counts, on COUNT ports from PORT; runs until
//   killed tcp_load stream ADDRESS PORT SECONDS           one connection at full rate: {"gbit_per_s": ...}
//   tcp_load ping ADDRESS PORT SECONDS             one byte there and back: {"p50_us": ..., "p99_us": ...}
//   tcp_load connect ADDRESS PORT COUNT CLIENTS SECONDS
//       connect, one byte there and back, reset; CLIENTS at a time over COUNT ports: {"per_s": ..., "failed":
//       ...}
//
// Connections end by reset: a normal close leaves the client's ports in TIME_WAIT, and soon none would be
// left.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr char kEcho = 'e', kCount = 'c';
constexpr std::size_t kChunk = 128 * 1024;
constexpr int kBacklog = 1024;
constexpr timeval kPatience{.tv_sec = 5, .tv_usec = 0};

[[noreturn]] void die(const std::string& what) {
  std::cerr << "tcp_load: " << what << ": " << std::strerror(errno) << '\n';
  std::exit(1);
}

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&&) = delete;
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

  template <typename T>
  void set(int level, int option, const T& value) const {
    if (::setsockopt(fd_, level, option, &value, sizeof value) != 0) die("setsockopt");
  }
  void reset_on_close() const { set(SOL_SOCKET, SO_LINGER, linger{.l_onoff = 1, .l_linger = 0}); }
  bool send_all(const char* data, std::size_t size) const {
    while (size > 0) {
      auto sent = ::send(fd_, data, size, MSG_NOSIGNAL);
      if (sent <= 0) return false;
      data += sent;
      size -= static_cast<std::size_t>(sent);
    }
    return true;
  }
  bool receive_all(void* data, std::size_t size) const {
    return ::recv(fd_, data, size, MSG_WAITALL) == static_cast<ssize_t>(size);
  }

 private:
  int fd_;
};

sockaddr_in address_of(const std::string& ip, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::inet_pton(AF_INET, ip.c_str(), &address.sin_addr) != 1) die("not an address: " + ip);
  return address;
}

// ---- server: one thread, level-triggered

/// What a connection does: its first byte says it.
struct Peer {
  char mode = 0;
  std::uint64_t bytes = 0;
};

class Server {
 public:
  Server(int port, int count) : epoll_(::epoll_create1(0)) {
    for (int n = 0; n < count; ++n) listen(port + n);
  }

  [[noreturn]] void run() {
    std::vector<epoll_event> events(256);
    while (true) {
      int ready = ::epoll_wait(epoll_.fd(), events.data(), static_cast<int>(events.size()), -1);
      for (int n = 0; n < ready; ++n) {
        int fd = events[n].data.fd;
        if (peers_.contains(fd)) {
          serve(fd);
        } else {
          accept(fd);
        }
      }
    }
  }

 private:
  void listen(int port) {
    Socket listener(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    listener.set(SOL_SOCKET, SO_REUSEADDR, 1);
    auto address = address_of("0.0.0.0", port);
    if (::bind(listener.fd(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) die("bind");
    if (::listen(listener.fd(), kBacklog) != 0) die("listen");
    watch(listener.fd());
    listeners_.push_back(std::move(listener));
  }

  void watch(int fd) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
    if (::epoll_ctl(epoll_.fd(), EPOLL_CTL_ADD, fd, &event) != 0) die("epoll_ctl");
  }

  void accept(int listener) {
    int fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
    if (fd < 0) return;
    int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    peers_.emplace(fd, Peer{});
    watch(fd);
  }

  void serve(int fd) {
    auto received = ::recv(fd, buffer_.data(), buffer_.size(), 0);
    if (received < 0 && errno == EAGAIN) return;
    auto& peer = peers_.at(fd);
    if (received > 0) {
      if (!peer.mode) peer.mode = buffer_[0];
      peer.bytes += static_cast<std::uint64_t>(received);
      if (peer.mode == kEcho) ::send(fd, buffer_.data(), static_cast<std::size_t>(received), MSG_NOSIGNAL);
      return;
    }
    if (peer.mode == kCount) ::send(fd, &peer.bytes, sizeof peer.bytes, MSG_NOSIGNAL);
    peers_.erase(fd);
    ::close(fd);
  }

  Socket epoll_;
  std::vector<Socket> listeners_;
  std::map<int, Peer> peers_;
  std::vector<char> buffer_ = std::vector<char>(kChunk);
};

// ---- client

Socket connect_to(const std::string& ip, int port) {
  Socket socket(::socket(AF_INET, SOCK_STREAM, 0));
  if (!socket.valid()) die("socket");
  socket.set(IPPROTO_TCP, TCP_NODELAY, 1);
  socket.set(SOL_SOCKET, SO_RCVTIMEO, kPatience);
  socket.set(SOL_SOCKET, SO_SNDTIMEO, kPatience);
  auto address = address_of(ip, port);
  if (::connect(socket.fd(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return Socket(-1);
  return socket;
}

Socket must_connect(const std::string& ip, int port) {
  auto socket = connect_to(ip, port);
  if (!socket.valid()) die("connect to " + ip);
  return socket;
}

void stream(const std::string& ip, int port, Seconds duration) {
  auto socket = must_connect(ip, port);
  std::vector<char> chunk(kChunk, kCount);
  auto start = Clock::now();
  while (Clock::now() - start < duration) {
    if (!socket.send_all(chunk.data(), chunk.size())) die("send");
  }
  ::shutdown(socket.fd(), SHUT_WR);
  std::uint64_t arrived = 0;
  if (!socket.receive_all(&arrived, sizeof arrived)) die("the server's count");
  auto elapsed = Seconds(Clock::now() - start).count();
  socket.reset_on_close();
  std::cout << "{\"gbit_per_s\": " << static_cast<double>(arrived) * 8 / elapsed / 1e9 << "}\n";
}

bool exchange_byte(const Socket& socket) {
  char byte = kEcho;
  return socket.send_all(&byte, 1) && socket.receive_all(&byte, 1);
}

void ping(const std::string& ip, int port, Seconds duration) {
  auto socket = must_connect(ip, port);
  std::vector<double> samples;
  auto end = Clock::now() + duration;
  for (auto now = Clock::now(); now < end;) {
    if (!exchange_byte(socket)) die("no answer");
    auto after = Clock::now();
    samples.push_back(Seconds(after - now).count() * 1e6);
    now = after;
  }
  socket.reset_on_close();
  std::ranges::sort(samples);
  std::cout << "{\"p50_us\": " << samples[samples.size() / 2]
            << ", \"p99_us\": " << samples[samples.size() * 99 / 100] << "}\n";
}

void connect_often(const std::string& ip, int port, int ports, int clients, Seconds duration) {
  std::atomic<std::uint64_t> done = 0, failed = 0;
  auto start = Clock::now();
  auto client = [&](int number) {
    for (int n = number; Clock::now() - start < duration; ++n) {
      auto socket = connect_to(ip, port + n % ports);
      auto answered = socket.valid() && exchange_byte(socket);
      if (socket.valid()) socket.reset_on_close();
      ++(answered ? done : failed);
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int n = 0; n < clients; ++n) threads.emplace_back(client, n);
  }
  auto elapsed = Seconds(Clock::now() - start).count();
  std::cout << "{\"per_s\": " << static_cast<double>(done) / elapsed << ", \"failed\": " << failed << "}\n";
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  auto number = [&](std::size_t n) { return std::atoi(words[n].c_str()); };
  auto seconds = [&](std::size_t n) { return Seconds(std::atof(words[n].c_str())); };
  if (words.size() == 3 && words[0] == "serve") {
    Server server(number(1), number(2));
    std::cout << "ready" << std::endl;
    server.run();
  } else if (words.size() == 4 && words[0] == "stream") {
    stream(words[1], number(2), seconds(3));
  } else if (words.size() == 4 && words[0] == "ping") {
    ping(words[1], number(2), seconds(3));
  } else if (words.size() == 6 && words[0] == "connect") {
    connect_often(words[1], number(2), number(3), number(4), seconds(5));
  } else {
    std::cerr << "usage: see the head of bench/tcp_load.cc\n";
    return 2;
  }
  return 0;
}
