#pragma once
// One client's connection: requests are read, answered and written one after the other until either side
// closes.

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <optional>

#include "http/endpoint.h"
#include "http/http.h"

namespace weft::http {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;

  Connection(Socket socket, const Limits& limits, const Handler& handler, const Refusal& refusal,
             std::function<void()> on_closed);
  ~Connection();

  void start();
  /// Closes as soon as no request is under way; an answer that goes on ends.
  void drain();
  void stop();
  /// Since when it waits for its client, to send a request or to take an answer; nothing while the handler
  /// runs.
  std::optional<Clock::time_point> waiting_since() const;

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  asio::awaitable<void> serve();
  asio::awaitable<bool> serve_one();
  asio::awaitable<boost::system::error_code> read_request(Parser& parser);
  asio::awaitable<Response> answer(Request request);
  asio::awaitable<bool> write(Response response, unsigned version, bool keep_alive, bool head_only);
  asio::awaitable<void> write_stream(Response response, unsigned version, bool head_only);
  asio::awaitable<void> watch_client();
  asio::awaitable<bool> refuse(boost::system::error_code why, bool anything_read);
  asio::awaitable<void> linger();
  asio::awaitable<void> watch_deadline();
  void allow(int seconds);

  Socket socket_;
  asio::steady_timer timer_;
  Clock::time_point deadline_;
  Clock::time_point waiting_since_ = Clock::now();
  bool timed_out_ = false;
  bool draining_ = false;
  bool answering_ = false;
  std::shared_ptr<Stream> stream_;  ///< under way
  boost::beast::flat_buffer buffer_;
  const Limits& limits_;
  const Handler& handler_;
  const Refusal& refusal_;
  std::function<void()> on_closed_;
};

}  // namespace weft::http
