#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "http/endpoint.h"
#include "http/http.h"

namespace weft::http {
namespace {

namespace beast_http = boost::beast::http;
using Message = beast_http::request<beast_http::string_body>;

/// Answers of diagnostics and lists may be large, but a peer must not fill our memory.
constexpr std::uint64_t kMaxAnswer = 256 << 20;

Response to_response(beast_http::response<beast_http::string_body>&& message) {
  Response response;
  response.status = static_cast<int>(message.result_int());
  response.content_type = std::string(message[beast_http::field::content_type]);
  for (const auto& field : message)
    response.headers[std::string(field.name_string())] = std::string(field.value());
  response.body = std::move(message.body());
  return response;
}

Task<Response> exchange(asio::any_io_executor executor, Protocol::endpoint endpoint, Message message) {
  Socket socket(executor);
  auto [connect_error] = co_await socket.async_connect(endpoint, use_tuple);
  if (connect_error) co_return fail(Errc::kUnavailable, to_string(endpoint) + ": " + connect_error.message());
  auto [write_error, written] = co_await beast_http::async_write(socket, message, use_tuple);
  if (write_error) co_return fail(Errc::kUnavailable, to_string(endpoint) + ": " + write_error.message());
  boost::beast::flat_buffer buffer;
  beast_http::response_parser<beast_http::string_body> parser;
  parser.body_limit(kMaxAnswer);
  if (message.method() == beast_http::verb::head) parser.skip(true);
  auto [read_error, bytes] = co_await beast_http::async_read(socket, buffer, parser, use_tuple);
  if (read_error) co_return fail(Errc::kProtocol, to_string(endpoint) + ": " + read_error.message());
  co_return to_response(parser.release());
}

}  // namespace

Result<Response> fetch(const std::string& endpoint, const std::string& method, const std::string& target,
                       const std::string& body, int timeout_seconds) {
  WEFT_TRY(auto address, parse_endpoint(endpoint));
  Message message;
  message.version(11);
  message.method_string(method);
  message.target(target);
  message.set(beast_http::field::host, "localhost");
  message.set(beast_http::field::connection, "close");
  if (!body.empty()) message.set(beast_http::field::content_type, "application/json");
  message.body() = body;
  message.prepare_payload();

  Result<Response> result =
      fail(Errc::kTimeout, endpoint + ": no answer in " + std::to_string(timeout_seconds) + " s");
  asio::io_context context;
  asio::co_spawn(context, exchange(context.get_executor(), address, std::move(message)),
                 [&result](std::exception_ptr fault, Result<Response> answer) {
                   if (!fault) result = std::move(answer);
                 });
  context.run_for(std::chrono::seconds(timeout_seconds));
  return result;
}

}  // namespace weft::http
