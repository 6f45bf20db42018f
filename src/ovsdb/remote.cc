#include "ovsdb/remote.h"

#include <charconv>

namespace weft::ovsdb {

namespace {

tl::unexpected<Error> bad_remote(std::string_view text) {
  return fail(Errc::kInvalid, "'" + std::string(text) + "' is none of unix:PATH, tcp:IP:PORT, ssl:IP:PORT");
}

/// Removes the prefix if it is there.
bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

Result<Remote> parse_remote(std::string_view text) {
  std::string_view rest = text;
  if (take_prefix(rest, "unix:")) {
    if (rest.empty()) return bad_remote(text);
    return Remote{Remote::Kind::kUnix, std::string(rest), 0};
  }
  Remote remote;
  if (take_prefix(rest, "tcp:")) {
    remote.kind = Remote::Kind::kTcp;
  } else if (take_prefix(rest, "ssl:")) {
    remote.kind = Remote::Kind::kSsl;
  } else {
    return bad_remote(text);
  }
  std::size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos) return bad_remote(text);
  std::string_view host = rest.substr(0, colon);
  std::string_view port = rest.substr(colon + 1);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), remote.port);
  if (host.empty() || error != std::errc() || end != port.data() + port.size() || remote.port == 0) {
    return bad_remote(text);
  }
  remote.host = host;
  return remote;
}

}  // namespace weft::ovsdb
