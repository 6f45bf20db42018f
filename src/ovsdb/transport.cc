#include "ovsdb/transport.h"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

namespace weft::ovsdb {

namespace {

using Socket = asio::generic::stream_protocol::socket;
using Endpoint = asio::generic::stream_protocol::endpoint;
using boost::system::error_code;

tl::unexpected<Error> unavailable(const error_code& error) {
  return fail(Errc::kUnavailable, error.message());
}

Result<Endpoint> endpoint_of(const Remote& remote) {
  if (remote.kind == Remote::Kind::kUnix) {
    if (remote.host.size() >= sizeof(sockaddr_un::sun_path))
      return fail(Errc::kInvalid, "the socket's path is too long");
    return Endpoint(asio::local::stream_protocol::endpoint(remote.host));
  }
  error_code error;
  auto address = asio::ip::make_address(remote.host, error);
  if (error) return fail(Errc::kInvalid, "'" + remote.host + "' is not an IP address");
  return Endpoint(asio::ip::tcp::endpoint(address, remote.port));
}

/// Requests are small and each is waited for.
void send_at_once(Socket& socket, const Remote& remote) {
  error_code ignored;  // a slower connection is still one
  if (remote.kind != Remote::Kind::kUnix) socket.set_option(asio::ip::tcp::no_delay(true), ignored);
}

class PlainTransport : public Transport {
 public:
  PlainTransport(asio::any_io_executor executor, Remote remote, Endpoint endpoint)
      : socket_(std::move(executor)), remote_(std::move(remote)), endpoint_(std::move(endpoint)) {}

  Task<void> connect() override {
    auto [error] = co_await socket_.async_connect(endpoint_, use_tuple);
    if (error) co_return unavailable(error);
    send_at_once(socket_, remote_);
    co_return Result<void>();
  }
  Task<std::size_t> read_some(asio::mutable_buffer into) override {
    auto [error, size] = co_await socket_.async_read_some(into, use_tuple);
    if (error) co_return unavailable(error);
    co_return size;
  }
  Task<void> write(asio::const_buffer bytes) override {
    auto [error, size] = co_await asio::async_write(socket_, bytes, use_tuple);
    if (error) co_return unavailable(error);
    co_return Result<void>();
  }
  void close() override {
    error_code ignored;
    socket_.close(ignored);
  }

 private:
  Socket socket_;
  Remote remote_;
  Endpoint endpoint_;
};

class TlsTransport : public Transport {
 public:
  TlsTransport(asio::any_io_executor executor, Remote remote, Endpoint endpoint, asio::ssl::context context)
      : context_(std::move(context)),
        stream_(std::move(executor), context_),
        remote_(std::move(remote)),
        endpoint_(std::move(endpoint)) {}

  Task<void> connect() override {
    auto [error] = co_await stream_.next_layer().async_connect(endpoint_, use_tuple);
    if (error) co_return unavailable(error);
    send_at_once(stream_.next_layer(), remote_);
    auto [refused] = co_await stream_.async_handshake(asio::ssl::stream_base::client, use_tuple);
    if (refused) co_return unavailable(refused);
    co_return Result<void>();
  }
  Task<std::size_t> read_some(asio::mutable_buffer into) override {
    auto [error, size] = co_await stream_.async_read_some(into, use_tuple);
    if (error) co_return unavailable(error);
    co_return size;
  }
  Task<void> write(asio::const_buffer bytes) override {
    auto [error, size] = co_await asio::async_write(stream_, bytes, use_tuple);
    if (error) co_return unavailable(error);
    co_return Result<void>();
  }
  void close() override {
    error_code ignored;
    stream_.next_layer().close(ignored);
  }

 private:
  asio::ssl::context context_;
  asio::ssl::stream<Socket> stream_;
  Remote remote_;
  Endpoint endpoint_;
};

/// Certificates are checked against the CA only: as everywhere in Open vSwitch, names in them mean nothing.
Result<asio::ssl::context> make_tls_context(const TlsFiles& files) {
  asio::ssl::context context(asio::ssl::context::tls_client);
  context.set_verify_mode(asio::ssl::verify_peer);
  error_code error;
  context.load_verify_file(files.ca_certificate, error);
  if (error) return fail(Errc::kInvalid, "CA certificate " + files.ca_certificate + ": " + error.message());
  context.use_certificate_chain_file(files.certificate, error);
  if (error) return fail(Errc::kInvalid, "certificate " + files.certificate + ": " + error.message());
  context.use_private_key_file(files.private_key, asio::ssl::context::pem, error);
  if (error) return fail(Errc::kInvalid, "private key " + files.private_key + ": " + error.message());
  return context;
}

}  // namespace

Result<std::shared_ptr<Transport>> make_transport(asio::any_io_executor executor, const Remote& remote,
                                                  const TlsFiles& files) {
  WEFT_TRY(Endpoint endpoint, endpoint_of(remote));
  if (remote.kind != Remote::Kind::kSsl) {
    return std::make_shared<PlainTransport>(std::move(executor), remote, std::move(endpoint));
  }
  WEFT_TRY(asio::ssl::context context, make_tls_context(files));
  return std::make_shared<TlsTransport>(std::move(executor), remote, std::move(endpoint), std::move(context));
}

}  // namespace weft::ovsdb
