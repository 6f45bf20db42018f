#include "ovsdb/client.h"

#include <algorithm>
#include <array>
#include <boost/asio/async_result.hpp>
#include <chrono>
#include <set>

#include "base/log.h"
#include "ovsdb/json_rpc.h"
#include "ovsdb/session.h"
#include "ovsdb/transport.h"

namespace weft::ovsdb {

namespace {

using namespace std::chrono_literals;

constexpr auto kFirstBackoff = 50ms;
constexpr auto kLongestBackoff = 5000ms;
constexpr auto kIdleLimit = 5s;

SessionOptions session_options(const ClientOptions& options) {
  return SessionOptions{.database = options.database,
                        .monitors = options.monitors,
                        .check_server = options.leader_only || options.remotes.size() > 1,
                        .leader_only = options.leader_only};
}

/// Hands a result to a completion handler from the event loop: never from within the call that produced it.
template <typename T, typename Handler>
Session::Done<T> posted(asio::any_io_executor executor, Handler handler) {
  auto shared = std::make_shared<Handler>(std::move(handler));
  return [executor, shared](Result<T> result) {
    asio::post(executor,
               [shared, result = std::move(result)]() mutable { std::move (*shared)(std::move(result)); });
  };
}

}  // namespace

class Client::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::any_io_executor executor, ClientOptions options)
      : executor_(std::move(executor)),
        options_(std::move(options)),
        session_(session_options(options_)),
        pause_(executor_),
        idle_(executor_) {
    session_.on_output([this] { flush(); });
    session_.on_state([this](bool synced) { state_changed(synced); });
  }

  void start() { asio::co_spawn(executor_, run(shared_from_this()), asio::detached); }
  void stop();

  void on_state(std::function<void(bool)> handler) { state_handler_ = std::move(handler); }
  void export_metrics(Metrics& metrics);

  Session& session() { return session_; }
  asio::any_io_executor executor() const { return executor_; }

 private:
  // Coroutines keep the object alive by their parameter.
  static asio::awaitable<void> run(std::shared_ptr<Impl> self);
  static Task<void> converse(std::shared_ptr<Impl> self, std::string remote);
  static Task<void> read_all(std::shared_ptr<Impl> self, std::shared_ptr<Transport> transport);
  static asio::awaitable<void> write_all(std::shared_ptr<Impl> self, std::shared_ptr<Transport> transport);

  void flush();
  void state_changed(bool synced);
  void watch_idle();
  void idle_passed();
  std::chrono::milliseconds next_pause(bool was_synced);
  void connection_ended(const std::string& remote, const Error& error);

  asio::any_io_executor executor_;
  ClientOptions options_;
  Session session_;
  asio::steady_timer pause_;
  asio::steady_timer idle_;
  std::function<void(bool)> state_handler_;
  std::shared_ptr<Transport> transport_;
  std::shared_ptr<Transport> writing_on_;  ///< a write is under way there, or has failed
  bool connected_ = false;
  bool stopped_ = false;
  bool heard_ = false;        ///< since the idle timer was set
  bool probed_ = false;       ///< and asked for a sign of life before that
  std::size_t attempts_ = 0;  ///< since the last time in sync
  std::chrono::milliseconds backoff_ = kFirstBackoff;
  std::set<std::string> complaints_;  ///< logged since the last time in sync
};

void Client::Impl::stop() {
  if (std::exchange(stopped_, true)) return;
  connected_ = false;
  session_.stop();
  pause_.cancel();
  idle_.cancel();
  if (transport_) transport_->close();
}

asio::awaitable<void> Client::Impl::run(std::shared_ptr<Impl> self) {
  for (std::size_t turn = 0; !self->stopped_ && !self->options_.remotes.empty(); ++turn) {
    std::string remote = self->options_.remotes[turn % self->options_.remotes.size()];
    auto ended = co_await converse(self, remote);
    if (self->stopped_) co_return;
    bool was_synced = self->session_.synced() && ended.error().code != Errc::kProtocol;
    self->connection_ended(remote, ended.error());
    auto pause = self->next_pause(was_synced);
    if (pause == 0ms) continue;
    self->pause_.expires_after(pause);
    co_await self->pause_.async_wait(use_tuple);
  }
}

/// Other members of a cluster are tried at once; after a whole round, and after a connection that had been of
/// use, there is a pause.
std::chrono::milliseconds Client::Impl::next_pause(bool was_synced) {
  if (was_synced) {
    attempts_ = 0;
    backoff_ = kFirstBackoff;
    return kFirstBackoff;
  }
  if (++attempts_ % options_.remotes.size() != 0) return 0ms;
  return std::exchange(backoff_, std::min(backoff_ * 2, std::chrono::milliseconds(kLongestBackoff)));
}

void Client::Impl::connection_ended(const std::string& remote, const Error& error) {
  connected_ = false;
  idle_.cancel();
  if (transport_) transport_->close();
  if (error.code == Errc::kProtocol) session_.counters().malformed->add();
  if (complaints_.insert(remote + error.message).second) {
    log::warn("ovsdb.unavailable",
              {{"database", options_.database}, {"remote", remote}, {"reason", error.message}});
  }
  session_.disconnected(error.message);
}

void Client::Impl::state_changed(bool synced) {
  if (synced) {
    complaints_.clear();
    log::info("ovsdb.synced", {{"database", options_.database}, {"rows", session_.replica().row_count()}});
  }
  if (state_handler_) state_handler_(synced);
}

void Client::Impl::export_metrics(Metrics& metrics) {
  session_.count_in(Counters(metrics, options_.database));
  Labels labels{{"database", options_.database}};
  std::weak_ptr<Impl> weak = weak_from_this();
  metrics.gauge(
      "weft_ovsdb_synced", "1 while the replica is current.",
      [weak] {
        auto self = weak.lock();
        return self && self->session_.synced() ? 1.0 : 0.0;
      },
      labels);
  metrics.gauge(
      "weft_ovsdb_rows", "Rows in the replica.",
      [weak] {
        auto self = weak.lock();
        return self ? static_cast<double>(self->session_.replica().row_count()) : 0.0;
      },
      labels);
}

/// One connection from its beginning to its end, which is always an error.
Task<void> Client::Impl::converse(std::shared_ptr<Impl> self, std::string remote) {
  WEFT_CO_TRY(Remote parsed, parse_remote(remote));
  TlsFiles files{self->options_.private_key, self->options_.certificate, self->options_.ca_certificate};
  WEFT_CO_TRY(auto transport, make_transport(self->executor_, parsed, files));
  self->transport_ = transport;
  self->probed_ = true;  // a connection gets no second chance while it is made
  self->heard_ = false;
  self->watch_idle();
  WEFT_CO_CHECK(co_await transport->connect());
  if (self->stopped_) co_return fail(Errc::kUnavailable, "stopped");
  log::debug("ovsdb.connected", {{"database", self->options_.database}, {"remote", remote}});
  self->session_.counters().connections->add();
  self->heard_ = true;
  self->connected_ = true;
  self->session_.connected();
  co_return co_await read_all(self, transport);
}

Task<void> Client::Impl::read_all(std::shared_ptr<Impl> self, std::shared_ptr<Transport> transport) {
  MessageStream stream;
  const MessageStream::Sink sink = [&self](const boost::json::value& message) {
    if (self->stopped_) return Result<void>(fail(Errc::kUnavailable, "stopped"));
    return self->session_.receive(message);
  };
  auto buffer = std::make_unique<std::array<char, 65536>>();
  while (true) {
    auto size = co_await transport->read_some(asio::buffer(*buffer));
    if (!size) co_return fail(size.error());
    self->heard_ = true;
    WEFT_CO_CHECK(stream.feed(std::string_view(buffer->data(), *size), sink));
  }
}

void Client::Impl::flush() {
  if (!connected_ || writing_on_ == transport_ || !session_.has_output()) return;
  writing_on_ = transport_;
  asio::co_spawn(executor_, write_all(shared_from_this(), transport_), asio::detached);
}

/// Sends until there is nothing to send. What is asked for during a write goes out together in the next.
asio::awaitable<void> Client::Impl::write_all(std::shared_ptr<Impl> self,
                                              std::shared_ptr<Transport> transport) {
  while (self->connected_ && self->transport_ == transport && self->session_.has_output()) {
    std::string text = self->session_.take_output();
    auto written = co_await transport->write(asio::buffer(text));
    if (written) continue;
    transport->close();  // the reader ends the connection
    co_return;
  }
  if (self->writing_on_ == transport) self->writing_on_ = nullptr;
}

void Client::Impl::watch_idle() {
  idle_.expires_after(kIdleLimit);
  idle_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error && !self->stopped_) self->idle_passed();
  });
}

/// Silence is answered by a question first; more silence ends the connection.
void Client::Impl::idle_passed() {
  if (!heard_ && probed_) {
    transport_->close();
    return;
  }
  probed_ = !std::exchange(heard_, false);
  if (probed_) session_.probe();
  watch_idle();
}

Client::Client(asio::any_io_executor executor, ClientOptions options)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(options))) {}
Client::~Client() {
  stop();
}

void Client::on_changes(std::function<void(const Changes&)> handler) {
  impl_->session().on_changes(std::move(handler));
}
void Client::on_state(std::function<void(bool synced)> handler) {
  impl_->on_state(std::move(handler));
}
void Client::start() {
  impl_->start();
}
void Client::stop() {
  impl_->stop();
}
const Replica& Client::replica() const {
  return impl_->session().replica();
}
bool Client::synced() const {
  return impl_->session().synced();
}

Task<TransactionReply> Client::transact(Transaction transaction) {
  auto begin = [impl = impl_](auto handler, Transaction sent) {
    auto done = posted<TransactionReply>(impl->executor(), std::move(handler));
    impl->session().transact(std::move(sent), std::move(done));
  };
  return asio::async_initiate<const asio::use_awaitable_t<>, void(Result<TransactionReply>)>(
      std::move(begin), asio::use_awaitable, std::move(transaction));
}

Task<void> Client::set_conditions(std::map<std::string, std::vector<Clause>> where_by_table) {
  auto begin = [impl = impl_](auto handler, std::map<std::string, std::vector<Clause>> wanted) {
    auto done = posted<void>(impl->executor(), std::move(handler));
    impl->session().set_conditions(std::move(wanted), std::move(done));
  };
  return asio::async_initiate<const asio::use_awaitable_t<>, void(Result<void>)>(
      std::move(begin), asio::use_awaitable, std::move(where_by_table));
}

void Client::lock(std::string name, std::function<void(bool held)> handler) {
  impl_->session().lock(std::move(name), std::move(handler));
}

void Client::export_metrics(Metrics& metrics) {
  impl_->export_metrics(metrics);
}

}  // namespace weft::ovsdb
