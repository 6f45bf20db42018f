#include <array>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include "http/endpoint.h"
#include "http/http.h"
#include "http/lines.h"

namespace weft::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::system::error_code;

/// A socket that gives up when nothing happened for a while: what waits on it fails.
class PatientSocket : public std::enable_shared_from_this<PatientSocket> {
 public:
  PatientSocket(const asio::any_io_executor& executor, std::chrono::seconds patience)
      : socket_(executor), timer_(executor), patience_(patience) {}

  Socket& socket() { return socket_; }

  void wait_again() {
    timer_.expires_after(patience_);
    timer_.async_wait([self = shared_from_this()](error_code cancelled) {
      if (cancelled) return;
      self->gave_up_ = true;
      error_code ignored;
      self->socket_.close(ignored);
    });
  }

  void close() {
    timer_.cancel();
    error_code ignored;
    socket_.close(ignored);
  }

  Error error(const std::string& endpoint, Errc code, error_code why) const {
    if (gave_up_) {
      return {Errc::kTimeout, endpoint + ": nothing heard for " + std::to_string(patience_.count()) + " s"};
    }
    return {code, endpoint + ": " + why.message()};
  }

 private:
  Socket socket_;
  asio::steady_timer timer_;
  std::chrono::seconds patience_;
  bool gave_up_ = false;
};

using Question = beast_http::request<beast_http::empty_body>;
using Parser = beast_http::response_parser<beast_http::buffer_body>;

/// Reads a piece of the body into `space`; its length.
Task<std::size_t> read_piece(Socket& socket, boost::beast::flat_buffer& buffer, Parser& parser,
                             asio::mutable_buffer space) {
  auto& body = parser.get().body();
  body.data = space.data();
  body.size = space.size();
  auto [error, bytes] = co_await beast_http::async_read_some(socket, buffer, parser, use_tuple);
  if (error && error != beast_http::error::need_buffer) co_return fail(Errc::kProtocol, error.message());
  co_return space.size() - body.size;
}

Task<void> converse(std::shared_ptr<PatientSocket> peer, std::string endpoint, Question question,
                    std::function<void(std::string_view)> on_line) {
  WEFT_CO_TRY(auto address, parse_endpoint(endpoint));
  auto& socket = peer->socket();
  auto [connect_error] = co_await socket.async_connect(address, use_tuple);
  if (connect_error) co_return fail(peer->error(endpoint, Errc::kUnavailable, connect_error));
  auto [write_error, written] = co_await beast_http::async_write(socket, question, use_tuple);
  if (write_error) co_return fail(peer->error(endpoint, Errc::kUnavailable, write_error));
  boost::beast::flat_buffer buffer;
  Parser parser;
  parser.body_limit(boost::none);
  auto [head_error, head_bytes] = co_await beast_http::async_read_header(socket, buffer, parser, use_tuple);
  if (head_error) co_return fail(peer->error(endpoint, Errc::kProtocol, head_error));
  std::array<char, 16384> bytes;
  auto space = asio::buffer(bytes);
  Lines lines;
  std::string refusal;
  const bool accepted = parser.get().result() == beast_http::status::ok;
  while (!parser.is_done()) {
    peer->wait_again();
    auto piece = co_await read_piece(socket, buffer, parser, space);
    if (!piece) co_return fail(peer->error(endpoint, Errc::kUnavailable, asio::error::eof));
    std::string_view text(bytes.data(), *piece);
    if (!accepted && refusal.size() < Lines::kLongest) refusal += text;
    if (accepted && !lines.feed(text, on_line)) co_return fail(Errc::kProtocol, endpoint + ": endless line");
  }
  if (!accepted) co_return fail(Errc::kUnavailable, endpoint + ": " + refusal);
  co_return Result<void>{};
}

}  // namespace

Task<void> follow_lines(asio::any_io_executor executor, std::string endpoint, std::string target,
                        std::chrono::seconds silence, std::function<void(std::string_view)> on_line) {
  Question question;
  question.version(11);
  question.method(beast_http::verb::get);
  question.target(target);
  question.set(beast_http::field::host, "localhost");
  auto peer = std::make_shared<PatientSocket>(executor, silence);
  peer->wait_again();
  auto ended = co_await converse(peer, std::move(endpoint), std::move(question), std::move(on_line));
  peer->close();
  co_return ended;
}

}  // namespace weft::http
