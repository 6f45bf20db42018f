#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <thread>

#include "http/http.h"

namespace weft::http {
namespace {

using namespace std::chrono_literals;

/// Gives pieces, then waits until somebody ends it.
class Pieces : public Stream {
 public:
  Pieces(asio::any_io_executor executor, std::vector<std::string> pieces, std::promise<void>& gone)
      : gate_(executor, asio::steady_timer::time_point::max()), pieces_(std::move(pieces)), gone_(gone) {}
  ~Pieces() override { gone_.set_value(); }

  asio::awaitable<std::string> next() override {
    if (at_ < pieces_.size()) co_return pieces_[at_++];
    if (!ended_) co_await gate_.async_wait(use_tuple);
    co_return std::string();
  }
  void end() override {
    ended_ = true;
    gate_.cancel();
  }

 private:
  asio::steady_timer gate_;
  std::vector<std::string> pieces_;
  std::size_t at_ = 0;
  bool ended_ = false;
  std::promise<void>& gone_;
};

/// A server on a thread of its own whose answers go on.
class HttpStream : public testing::Test {
 protected:
  void SetUp() override {
    auto handler = [this](Request request) { return answer(std::move(request)); };
    auto opened = Server::open(context_.get_executor(), "tcp:127.0.0.1:0", {}, handler);
    ASSERT_TRUE(opened) << opened.error().message;
    server_ = std::move(*opened);
    thread_ = std::thread([this] { context_.run(); });
  }
  void TearDown() override {
    asio::post(context_, [this] { server_.reset(); });
    thread_.join();
  }
  asio::awaitable<Response> answer(Request request) {
    Response response;
    if (request.path == "/busy") {
      response.status = 503;
      response.body = "enough followers";
      co_return response;
    }
    std::vector<std::string> pieces{"one\ntw", "o\n"};
    response.stream = std::make_shared<Pieces>(context_.get_executor(), std::move(pieces), gone_);
    co_return response;
  }
  asio::ip::tcp::socket connect() {
    auto text = server_->endpoint();
    auto port = static_cast<std::uint16_t>(std::stoi(text.substr(text.rfind(':') + 1)));
    asio::ip::tcp::socket socket(client_);
    socket.connect({asio::ip::make_address("127.0.0.1"), port});
    return socket;
  }
  /// Follows until `lines` have come, or to the end.
  Result<void> follow(std::string path, std::size_t lines, std::chrono::seconds silence = 10s) {
    Result<void> result;
    auto on_line = [this, lines](std::string_view line) {
      seen_.emplace_back(line);
      if (seen_.size() == lines) client_.stop();
    };
    asio::co_spawn(client_, follow_lines(client_.get_executor(), server_->endpoint(), path, silence, on_line),
                   [&result](std::exception_ptr, Result<void> ended) { result = std::move(ended); });
    client_.run();
    return result;
  }

  asio::io_context context_, client_;
  std::promise<void> gone_;
  std::vector<std::string> seen_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

TEST_F(HttpStream, ArrivesAsItIsMade) {
  follow("/", 2);
  EXPECT_EQ(seen_, (std::vector<std::string>{"one", "two"}));
}

TEST_F(HttpStream, IsLetGoWhenTheClientLeaves) {
  auto socket = connect();
  asio::write(socket, asio::buffer(std::string("GET / HTTP/1.1\r\nHost: x\r\n\r\n")));
  std::string answer;
  asio::read_until(socket, asio::dynamic_buffer(answer), "o\n\r\n");
  EXPECT_NE(answer.find("Transfer-Encoding: chunked"), std::string::npos) << answer;
  socket.close();
  EXPECT_EQ(gone_.get_future().wait_for(20s), std::future_status::ready);
}

TEST_F(HttpStream, EndsWhenTheServerDrains) {
  auto socket = connect();
  asio::write(socket, asio::buffer(std::string("GET / HTTP/1.1\r\nHost: x\r\n\r\n")));
  std::string answer;
  asio::read_until(socket, asio::dynamic_buffer(answer), "o\n\r\n");
  asio::post(context_, [this] { server_->drain([] {}); });
  boost::system::error_code error;
  asio::read(socket, asio::dynamic_buffer(answer), error);
  EXPECT_EQ(error, asio::error::eof);
  EXPECT_TRUE(answer.ends_with("\r\n0\r\n\r\n")) << answer;
}

TEST_F(HttpStream, OldClientsGetItWithoutChunks) {
  auto socket = connect();
  asio::write(socket, asio::buffer(std::string("GET / HTTP/1.0\r\n\r\n")));
  std::string answer;
  asio::read_until(socket, asio::dynamic_buffer(answer), "two\n");
  EXPECT_TRUE(answer.ends_with("\r\n\r\none\ntwo\n")) << answer;
}

TEST_F(HttpStream, FollowerIsToldWhyThereIsNone) {
  auto ended = follow("/busy", 1);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, Errc::kUnavailable);
  EXPECT_TRUE(ended.error().message.ends_with("enough followers")) << ended.error().message;
}

TEST_F(HttpStream, FollowerDoesNotWaitForASilentServerForEver) {
  auto ended = follow("/", 3, 1s);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, Errc::kTimeout);
}

}  // namespace
}  // namespace weft::http
