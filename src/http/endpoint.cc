#include "http/endpoint.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <charconv>
#include <cstring>
#include <optional>

namespace weft::http {
namespace {

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<Protocol::endpoint> parse_tcp(std::string_view rest, const std::string& whole) {
  auto colon = rest.rfind(':');
  auto port =
      colon == std::string_view::npos ? std::nullopt : parse_number<std::uint16_t>(rest.substr(colon + 1));
  if (!port) return fail(Errc::kInvalid, "no port in \"" + whole + "\": expected tcp:ADDRESS:PORT");
  auto host = rest.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  auto address = asio::ip::make_address(std::string(host), error);
  if (error) return fail(Errc::kInvalid, "\"" + std::string(host) + "\" is not an IP address");
  return Protocol::endpoint(asio::ip::tcp::endpoint(address, *port));
}

Result<Acceptor> adopt(const asio::any_io_executor& executor, std::string_view number) {
  auto fd = parse_number<int>(number);
  if (!fd) return fail(Errc::kInvalid, "expected fd:NUMBER");
  int family = 0;
  socklen_t size = sizeof family;
  if (getsockopt(*fd, SOL_SOCKET, SO_DOMAIN, &family, &size) != 0)
    return fail(Errc::kUnavailable, "file descriptor " + std::to_string(*fd) + " is not a socket");
  Acceptor acceptor(executor);
  boost::system::error_code error;
  acceptor.assign(Protocol(family, SOCK_STREAM), *fd, error);
  if (error) return fail(Errc::kUnavailable, "fd:" + std::string(number) + ": " + error.message());
  return acceptor;
}

void remove_stale_socket(const std::string& path) {
  struct stat info {};
  if (lstat(path.c_str(), &info) == 0 && S_ISSOCK(info.st_mode)) unlink(path.c_str());
}

}  // namespace

Result<Protocol::endpoint> parse_endpoint(const std::string& text) {
  if (text.starts_with("tcp:")) return parse_tcp(std::string_view(text).substr(4), text);
  if (!text.starts_with("unix:"))
    return fail(Errc::kInvalid, "\"" + text + "\" is neither tcp:ADDRESS:PORT nor unix:PATH");
  auto path = text.substr(5);
  if (path.empty() || path.size() >= sizeof(sockaddr_un::sun_path))
    return fail(Errc::kInvalid, "\"" + path + "\" can't be a socket's path");
  return Protocol::endpoint(asio::local::stream_protocol::endpoint(path));
}

std::string to_string(const Protocol::endpoint& endpoint) {
  if (endpoint.protocol().family() == AF_UNIX) {
    const auto* unix_address = reinterpret_cast<const sockaddr_un*>(endpoint.data());
    return "unix:" + std::string(unix_address->sun_path);
  }
  asio::ip::tcp::endpoint tcp;
  tcp.resize(endpoint.size());
  std::memcpy(tcp.data(), endpoint.data(), endpoint.size());
  auto address = tcp.address().to_string();
  if (tcp.address().is_v6()) address = "[" + address + "]";
  return "tcp:" + address + ":" + std::to_string(tcp.port());
}

Result<Acceptor> listen(const asio::any_io_executor& executor, const std::string& text) {
  if (text.starts_with("fd:")) return adopt(executor, std::string_view(text).substr(3));
  WEFT_TRY(auto endpoint, parse_endpoint(text));
  if (text.starts_with("unix:")) remove_stale_socket(text.substr(5));
  Acceptor acceptor(executor);
  boost::system::error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(Acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return fail(Errc::kUnavailable, "listen on " + text + ": " + error.message());
  return acceptor;
}

}  // namespace weft::http
