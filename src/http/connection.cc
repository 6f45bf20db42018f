#include "http/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/write.hpp>

#include "base/log.h"
#include "http/target.h"

namespace weft::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::system::error_code;

/// How long, and how much, a refused client may go on sending before the socket is closed under it.
constexpr auto kLingerTime = std::chrono::seconds(5);
constexpr std::size_t kLingerBytes = 64 << 20;
/// Enough for most requests in one read.
constexpr std::size_t kFirstRead = 4096;

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return result;
}

Result<Request> to_request(beast_http::request<beast_http::string_body>&& message) {
  auto target = message.target();
  WEFT_TRY(auto parsed, parse_target({target.data(), target.size()}));
  Request request;
  request.method = std::string(message.method_string());
  request.path = std::move(parsed.path);
  request.query = std::move(parsed.query);
  for (const auto& field : message) {
    auto name = field.name_string();
    auto& value = request.headers[lower({name.data(), name.size()})];
    if (!value.empty()) value += ", ";
    value += field.value();
  }
  request.body = std::move(message.body());
  return request;
}

bool is_closed(error_code error) {
  return error == beast_http::error::end_of_stream || error == asio::error::eof ||
         error == asio::error::connection_reset || error == asio::error::broken_pipe;
}

/// A piece of a stream as it goes over the wire.
std::string chunk_of(std::string piece, bool chunked) {
  if (!chunked) return piece;
  return fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
}

struct Fault {
  int status;
  std::string reason;
};

Fault fault_of(error_code error, bool timed_out) {
  if (timed_out) return {408, "the request took too long to arrive"};
  if (error == beast_http::error::body_limit) return {413, "the body is too large"};
  if (error == beast_http::error::header_limit || error == beast_http::error::buffer_overflow)
    return {431, "the header is too large"};
  return {400, "not an HTTP request: " + error.message()};
}

}  // namespace

Connection::Connection(Socket socket, const Limits& limits, const Handler& handler, const Refusal& refusal,
                       std::function<void()> on_closed)
    : socket_(std::move(socket)),
      timer_(socket_.get_executor()),
      limits_(limits),
      handler_(handler),
      refusal_(refusal),
      on_closed_(std::move(on_closed)) {
  error_code ignored;  // Unix sockets have no such option
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

Connection::~Connection() {
  on_closed_();
}

void Connection::start() {
  allow(limits_.idle_seconds);
  auto keep = [self = shared_from_this()](auto&&...) {};
  asio::co_spawn(socket_.get_executor(), serve(), keep);
  asio::co_spawn(socket_.get_executor(), watch_deadline(), keep);
}

void Connection::drain() {
  draining_ = true;
  if (stream_) stream_->end();
  error_code ignored;
  bool idle = !answering_ && buffer_.size() == 0 && socket_.available(ignored) == 0;
  if (idle) stop();
}

void Connection::stop() {
  if (stream_) stream_->end();
  error_code ignored;
  socket_.close(ignored);
  timer_.cancel();
}

std::optional<Connection::Clock::time_point> Connection::waiting_since() const {
  const bool handling = deadline_ == Clock::time_point::max();
  if (handling || !socket_.is_open()) return std::nullopt;
  return waiting_since_;
}

void Connection::allow(int seconds) {
  deadline_ = Clock::now() + std::chrono::seconds(seconds);
}

// One timer per connection that looks at the deadline when it fires: moving the deadline costs nothing per
// request.
asio::awaitable<void> Connection::watch_deadline() {
  while (socket_.is_open()) {
    auto latest =
        Clock::now() + std::chrono::seconds(std::min(limits_.request_seconds, limits_.idle_seconds));
    timer_.expires_at(std::min(deadline_, latest));
    co_await timer_.async_wait(use_tuple);
    if (!socket_.is_open() || Clock::now() < deadline_) continue;
    timed_out_ = true;
    deadline_ = Clock::now() + kLingerTime;  // the time to say so
    error_code ignored;
    socket_.cancel(ignored);
  }
}

asio::awaitable<void> Connection::serve() {
  while (socket_.is_open()) {
    auto more = co_await serve_one();
    if (!more) break;
  }
  stop();
}

asio::awaitable<bool> Connection::serve_one() {
  Parser parser;
  parser.body_limit(limits_.max_body);
  parser.header_limit(static_cast<std::uint32_t>(limits_.max_header));
  waiting_since_ = Clock::now();
  allow(limits_.idle_seconds);
  auto error = co_await read_request(parser);
  if (error) {
    bool anything_read = parser.got_some() || buffer_.size() > 0;
    co_return co_await refuse(error, anything_read);
  }
  answering_ = true;
  bool keep_alive = parser.keep_alive();
  auto message = parser.release();
  auto version = message.version();
  bool head_only = message.method() == beast_http::verb::head;
  auto request = to_request(std::move(message));
  if (!request) {
    auto refusal = refusal_(400, request.error().message);
    co_return co_await write(std::move(refusal), version, false, head_only);
  }
  deadline_ = Clock::time_point::max();
  auto response = co_await answer(std::move(*request));
  waiting_since_ = Clock::now();
  allow(limits_.idle_seconds);
  if (response.stream) {
    co_await write_stream(std::move(response), version, head_only);
    co_return false;
  }
  auto more = co_await write(std::move(response), version, keep_alive && !draining_, head_only);
  answering_ = false;
  co_return more && !draining_;
}

asio::awaitable<error_code> Connection::read_request(Parser& parser) {
  if (buffer_.size() == 0) {
    auto space = buffer_.prepare(kFirstRead);
    auto [idle_error, count] = co_await socket_.async_read_some(space, use_tuple);
    buffer_.commit(count);
    if (idle_error) co_return idle_error;
  }
  allow(limits_.request_seconds);
  auto [header_error, header_bytes] =
      co_await beast_http::async_read_header(socket_, buffer_, parser, use_tuple);
  if (header_error) co_return header_error;
  if (lower(std::string(parser.get()[beast_http::field::expect])) == "100-continue") {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    auto bytes = asio::buffer(kContinue);
    co_await asio::async_write(socket_, bytes, use_tuple);
  }
  if (parser.is_done()) co_return error_code();
  auto [error, bytes] = co_await beast_http::async_read(socket_, buffer_, parser, use_tuple);
  co_return error;
}

// A broken handler is a bug, but only this request's.
asio::awaitable<Response> Connection::answer(Request request) {
  std::string what = "unknown exception";
  try {
    co_return co_await handler_(std::move(request));
  } catch (const std::exception& e) {
    what = e.what();
  } catch (...) {
  }
  log::error("http.handler_failed", {{"what", what}});
  co_return refusal_(500, "internal error");
}

asio::awaitable<bool> Connection::write(Response response, unsigned version, bool keep_alive,
                                        bool head_only) {
  beast_http::response<beast_http::string_body> message;
  message.version(version);
  message.result(static_cast<unsigned>(response.status));
  for (const auto& [name, value] : response.headers) message.set(name, value);
  bool bodiless = response.status == 204 || response.status == 304;
  if (!bodiless) {
    message.set(beast_http::field::content_type, response.content_type);
    message.content_length(response.body.size());
    if (!head_only) message.body() = std::move(response.body);
  }
  message.keep_alive(keep_alive);
  auto [error, bytes] = co_await beast_http::async_write(socket_, message, use_tuple);
  co_return !error && keep_alive;
}

asio::awaitable<void> Connection::write_stream(Response response, unsigned version, bool head_only) {
  const bool chunked = version >= 11;
  beast_http::response<beast_http::empty_body> head;
  head.version(version);
  head.result(static_cast<unsigned>(response.status));
  for (const auto& [name, value] : response.headers) head.set(name, value);
  head.set(beast_http::field::content_type, response.content_type);
  if (chunked) head.chunked(true);
  head.keep_alive(false);
  beast_http::response_serializer<beast_http::empty_body> serializer(head);
  auto [head_error, head_bytes] = co_await beast_http::async_write_header(socket_, serializer, use_tuple);
  if (head_error || head_only || draining_) co_return;
  stream_ = response.stream;
  asio::co_spawn(socket_.get_executor(), watch_client(), [self = shared_from_this()](auto&&...) {});
  bool more = true;
  while (more) {
    deadline_ = Clock::time_point::max();
    auto piece = co_await stream_->next();
    more = !piece.empty() && socket_.is_open();
    std::string end = chunked ? "0\r\n\r\n" : "";
    auto frame = more ? chunk_of(std::move(piece), chunked) : std::move(end);
    auto bytes = asio::buffer(frame);
    allow(limits_.idle_seconds);
    auto [error, count] = co_await asio::async_write(socket_, bytes, use_tuple);
    more = more && !error;
  }
  stream_->end();
  stream_.reset();
}

// A client of an answer that goes on has nothing more to say but that it leaves.
asio::awaitable<void> Connection::watch_client() {
  auto stream = stream_;
  std::array<char, 512> bytes;
  auto sink = asio::buffer(bytes);
  error_code error;
  while (!error) {
    auto [read_error, count] = co_await socket_.async_read_some(sink, use_tuple);
    error = read_error;
  }
  stream->end();
}

asio::awaitable<bool> Connection::refuse(error_code why, bool anything_read) {
  bool aborted =
      !socket_.is_open() || is_closed(why) || (why == asio::error::operation_aborted && !timed_out_);
  bool idle = timed_out_ && !anything_read;
  if (aborted || idle) co_return false;
  auto fault = fault_of(why, timed_out_);
  auto refusal = refusal_(fault.status, fault.reason);
  deadline_ = Clock::now() + kLingerTime;
  co_await write(std::move(refusal), 11, false, false);
  co_await linger();
  co_return false;
}

// Closing with unread bytes would reset the connection and could take the answer with it.
asio::awaitable<void> Connection::linger() {
  error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
  timer_.cancel();  // re-arms with the short deadline
  std::array<char, 65536> bytes;
  auto sink = asio::buffer(bytes);
  error_code error;
  for (std::size_t total = 0; !error && total < kLingerBytes;) {
    auto [read_error, count] = co_await socket_.async_read_some(sink, use_tuple);
    error = read_error;
    total += count;
  }
}

}  // namespace weft::http
