#pragma once
// Endpoints as text ("tcp:ADDRESS:PORT", "unix:PATH", "fd:N") and as generic stream sockets: one code path
// serves all.

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <string>

#include "base/asio.h"

namespace weft::http {

using Protocol = asio::generic::stream_protocol;
using Socket = Protocol::socket;
using Acceptor = asio::basic_socket_acceptor<Protocol>;

/// "tcp:..." or "unix:..." as a socket address. Errors: kInvalid.
Result<Protocol::endpoint> parse_endpoint(const std::string& text);
/// The other way round.
std::string to_string(const Protocol::endpoint& endpoint);
/// Binds and listens, or adopts the listening socket fd:N. A stale Unix socket file is replaced.
/// Errors: kInvalid, kUnavailable.
Result<Acceptor> listen(const asio::any_io_executor& executor, const std::string& endpoint);

}  // namespace weft::http
