#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <stdexcept>
#include <thread>

#include "http/http.h"

namespace weft::http {
namespace {

asio::awaitable<Response> echo(Request request) {
  if (request.path == "/throw") throw std::runtime_error("as asked");
  Response response;
  response.body = request.method + " " + request.path + " " + request.body;
  for (const auto& [name, value] : request.query) response.body += " " + name + "=" + value;
  if (request.path == "/none") response.status = 204;
  co_return response;
}

/// A server of its own on a thread of its own; raw sockets talk to it.
class HttpServer : public testing::Test {
 protected:
  void serve(Limits limits = {}, const std::string& endpoint = "tcp:127.0.0.1:0",
             const Refusal& refusal = plain_refusal) {
    auto opened = Server::open(context_.get_executor(), endpoint, limits, echo, refusal);
    ASSERT_TRUE(opened) << opened.error().message;
    server_ = std::move(*opened);
    thread_ = std::thread([this] { context_.run(); });
  }
  void serve_held(Limits limits = {}) {
    auto handler = [this](Request request) { return hold(std::move(request)); };
    auto opened = Server::open(context_.get_executor(), "tcp:127.0.0.1:0", limits, handler);
    ASSERT_TRUE(opened) << opened.error().message;
    server_ = std::move(*opened);
    thread_ = std::thread([this] { context_.run(); });
  }
  /// Answers when the gate is cancelled.
  asio::awaitable<Response> hold(Request) {
    held_.set_value();
    co_await gate_.async_wait(use_tuple);
    co_return Response();
  }
  void TearDown() override {
    asio::post(context_, [this] { server_.reset(); });
    thread_.join();
  }
  asio::ip::tcp::socket connect() {
    auto text = server_->endpoint();
    auto port = static_cast<std::uint16_t>(std::stoi(text.substr(text.rfind(':') + 1)));
    asio::ip::tcp::socket socket(client_);
    socket.connect({asio::ip::make_address("127.0.0.1"), port});
    return socket;
  }
  /// Sends the bytes and reads until the server closes.
  std::string talk(const std::string& bytes) {
    auto socket = connect();
    boost::system::error_code error;
    asio::write(socket, asio::buffer(bytes), error);
    std::string answer;
    asio::read(socket, asio::dynamic_buffer(answer), error);
    EXPECT_EQ(error, asio::error::eof);
    return answer;
  }

  asio::io_context context_, client_;
  asio::steady_timer gate_{context_, asio::steady_timer::time_point::max()};
  std::promise<void> held_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

TEST_F(HttpServer, AnswersTheClient) {
  serve();
  auto answer = fetch(server_->endpoint(), "POST", "/a%20b?x=1", "hello");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "POST /a b hello x=1");
  EXPECT_EQ(fetch(server_->endpoint(), "GET", "/none")->status, 204);
}

TEST_F(HttpServer, ServesUnixSockets) {
  auto endpoint = "unix:" + testing::TempDir() + "weft-http-" + std::to_string(getpid()) + ".sock";
  serve({}, endpoint);
  EXPECT_EQ(fetch(endpoint, "GET", "/")->status, 200);
}

TEST_F(HttpServer, AnswersPipelinedRequestsInOrder) {
  serve();
  auto answer =
      talk("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  auto first = answer.find("GET /1"), second = answer.find("GET /2");
  ASSERT_NE(first, std::string::npos);
  ASSERT_NE(second, std::string::npos);
  EXPECT_LT(first, second);
}

TEST_F(HttpServer, SurvivesAThrowingHandler) {
  serve();
  EXPECT_EQ(fetch(server_->endpoint(), "GET", "/throw")->status, 500);
  EXPECT_EQ(fetch(server_->endpoint(), "GET", "/")->status, 200);
}

TEST_F(HttpServer, RefusesWhatIsTooLargeOrBroken) {
  Limits limits;
  limits.max_body = 1000;
  limits.max_header = 1000;
  serve(limits);
  EXPECT_TRUE(talk("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'x'))
                  .starts_with("HTTP/1.1 413"));
  EXPECT_TRUE(
      talk("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" + std::string(2000, 'x'))
          .starts_with("HTTP/1.1 413"));
  EXPECT_TRUE(
      talk("GET / HTTP/1.1\r\nX: " + std::string(2000, 'x') + "\r\n\r\n").starts_with("HTTP/1.1 431"));
  EXPECT_TRUE(talk("nonsense\r\n\r\n").starts_with("HTTP/1.1 400"));
  EXPECT_TRUE(talk("GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 400"));
}

TEST_F(HttpServer, SendsSlowClientsAway) {
  Limits limits;
  limits.request_seconds = 1;
  limits.idle_seconds = 2;
  serve(limits);
  EXPECT_TRUE(
      talk("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc").starts_with("HTTP/1.1 408"));
  EXPECT_EQ(talk(""), "");
}

TEST_F(HttpServer, GivesARequestLessTimeThanAnIdleClient) {
  Limits limits;
  limits.request_seconds = 1;
  limits.idle_seconds = 3600;
  serve(limits);
  EXPECT_TRUE(talk("GET / HTTP/1.1\r\nHost: x\r\n").starts_with("HTTP/1.1 408"));
}

TEST_F(HttpServer, SlowClientsMakeRoomForOthersWhenFull) {
  Limits limits;
  limits.max_connections = 8;
  serve(limits);
  std::vector<asio::ip::tcp::socket> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(connect());
    asio::write(slow.back(), asio::buffer(std::string("GET / HTTP/1.1\r\n")));
  }
  for (int i = 0; i < 20; ++i) EXPECT_EQ(fetch(server_->endpoint(), "GET", "/")->status, 200);
}

TEST_F(HttpServer, TurnsClientsAwayWhenAllAreBeingAnswered) {
  Limits limits;
  limits.max_connections = 1;
  serve_held(limits);
  auto first = connect();
  asio::write(first, asio::buffer(std::string("GET / HTTP/1.1\r\nHost: x\r\n\r\n")));
  held_.get_future().wait();
  EXPECT_TRUE(talk("").starts_with("HTTP/1.1 503"));
  asio::post(context_, [this] { gate_.cancel(); });
  std::string answer;
  asio::read_until(first, asio::dynamic_buffer(answer), "\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200"));
}

TEST_F(HttpServer, RefusesInItsOwnersWords) {
  auto in_json = [](int status, const std::string&) {
    return Response{status, "{}", "application/json", {}};
  };
  serve({}, "tcp:127.0.0.1:0", in_json);
  for (const char* broken : {"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", "nonsense\r\n\r\n",
                             "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n",
                             "GET /throw HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"})
    EXPECT_TRUE(talk(broken).ends_with("\r\n\r\n{}")) << broken;
}

TEST_F(HttpServer, ReadsPastALargeBodySoThatItsRefusalArrives) {
  serve();
  constexpr std::size_t kLarge = 30 << 20;
  EXPECT_TRUE(talk("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(kLarge) + "\r\n\r\n" +
                   std::string(kLarge, 'x'))
                  .starts_with("HTTP/1.1 413"));
}

TEST_F(HttpServer, AnswersWhatIsUnderWayWhenDrained) {
  serve_held();
  auto idle = connect(), busy = connect();
  asio::write(busy, asio::buffer(std::string("GET / HTTP/1.1\r\nHost: x\r\n\r\n")));
  held_.get_future().wait();
  std::promise<void> drained;
  asio::post(context_, [&] { server_->drain([&] { drained.set_value(); }); });
  std::string nothing, answer;
  boost::system::error_code error;
  asio::read(idle, asio::dynamic_buffer(nothing), error);
  EXPECT_EQ(error, asio::error::eof);
  asio::post(context_, [this] { gate_.cancel(); });
  asio::read(busy, asio::dynamic_buffer(answer), error);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200")) << answer;
  EXPECT_NE(answer.find("Connection: close"), std::string::npos) << answer;
  drained.get_future().wait();
}

TEST(HttpClient, SaysThatNobodyListens) {
  auto answer = fetch("unix:/nonexistent/socket", "GET", "/");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::kUnavailable);
  EXPECT_EQ(fetch("9696", "GET", "/").error().code, Errc::kInvalid);
}

}  // namespace
}  // namespace weft::http
