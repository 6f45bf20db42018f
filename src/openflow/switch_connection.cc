#include "openflow/switch_connection.h"

#include <boost/asio/write.hpp>

#include "base/log.h"

namespace weft::openflow {
namespace {

using namespace std::chrono_literals;
constexpr auto kProbeInterval = 5s;
/// A switch that says nothing for this many probes, or does not finish its handshake by then, is given up.
constexpr int kMaxSilentTicks = 3;
constexpr auto kAnswerTimeout = 30s;
constexpr std::size_t kReadBufferSize = 256 * 1024;

/// An answer that a coroutine waits for.
template <typename T>
struct Answer {
  explicit Answer(const asio::any_io_executor& executor) : arrived(executor, kAnswerTimeout) {}
  void set(Result<T> r) {
    result.emplace(std::move(r));
    arrived.cancel();
  }
  asio::steady_timer arrived;
  std::optional<Result<T>> result;
};

template <typename T>
Task<T> wait(std::shared_ptr<Answer<T>> answer) {
  // The answer may be here already (nothing to do): its cancel() came before this wait.
  if (answer->result) co_return std::move(*answer->result);
  co_await answer->arrived.async_wait(use_tuple);
  if (!answer->result) co_return weft::fail(Errc::kTimeout, "the switch does not answer");
  co_return std::move(*answer->result);
}

}  // namespace

ConnectionMetrics::ConnectionMetrics(Metrics& m)
    : connections(
          m.counter("weft_openflow_connections_total", "Switch connections that completed the handshake.")),
      messages_sent(m.counter("weft_openflow_messages_sent_total", "OpenFlow messages sent.")),
      flow_mods_sent(m.counter("weft_openflow_flow_mods_total", "Flow changes sent.")),
      packet_ins(m.counter("weft_openflow_packet_ins_total", "Packets received from the switch.")),
      malformed(
          m.counter("weft_openflow_malformed_total", "Connections closed because of malformed messages.")),
      unreadable_flows(m.counter("weft_openflow_unreadable_flows_total",
                                 "Dumped flows with match fields unknown to Weft.")) {}

SwitchConnection::SwitchConnection(asio::ip::tcp::socket socket, const Listener::Handlers& handlers,
                                   ConnectionMetrics& metrics)
    : socket_(std::move(socket)),
      timer_(socket_.get_executor()),
      handlers_(handlers),
      metrics_(metrics),
      session_({.ready =
                    [this](std::uint64_t datapath_id) {
                      datapath_id_ = datapath_id;
                      announced_ = true;
                      metrics_.connections.add();
                      handlers_.connected(shared_from_this());
                    },
                .packet_in =
                    [this](PacketIn packet) {
                      metrics_.packet_ins.add();
                      handlers_.packet_in(shared_from_this(), std::move(packet));
                    }}),
      read_buffer_(kReadBufferSize) {}

void SwitchConnection::start() {
  flush();
  read();
  tick();
}

void SwitchConnection::read() {
  socket_.async_read_some(asio::buffer(read_buffer_), [self = shared_from_this()](
                                                          boost::system::error_code ec, std::size_t size) {
    if (self->ended_) return;
    if (ec) return self->end({Errc::kUnavailable, "the switch closed the connection: " + ec.message()});
    self->silent_ticks_ = 0;
    auto received = self->session_.receive(ByteView(self->read_buffer_).first(size));
    if (self->ended_) return;
    if (!received) {
      self->metrics_.malformed.add();
      return self->end(received.error());
    }
    self->flush();
    self->read();
  });
}

/// Writes what the session has to say: everything that gathered while the last write was under way goes in
/// one.
void SwitchConnection::flush() {
  publish_counts();
  if (ended_ || !writing_.empty() || !session_.has_output()) return;
  writing_ = session_.take_output();
  asio::async_write(socket_, asio::buffer(writing_),
                    [self = shared_from_this()](boost::system::error_code ec, std::size_t) {
                      self->writing_.clear();
                      if (self->ended_) return;
                      if (ec)
                        return self->end({Errc::kUnavailable, "write to the switch failed: " + ec.message()});
                      self->flush();
                    });
}

void SwitchConnection::tick() {
  timer_.expires_after(kProbeInterval);
  timer_.async_wait([self = shared_from_this()](boost::system::error_code ec) {
    if (ec || self->ended_) return;
    bool silent = ++self->silent_ticks_ >= kMaxSilentTicks;
    if (silent) return self->end({Errc::kTimeout, "the switch is silent"});
    if (self->announced_) self->session_.probe();
    self->flush();
    self->tick();
  });
}

void SwitchConnection::publish_counts() {
  const Session::Counts& now = session_.counts();
  metrics_.messages_sent.add(now.messages_sent - published_.messages_sent);
  metrics_.flow_mods_sent.add(now.flow_mods_sent - published_.flow_mods_sent);
  metrics_.unreadable_flows.add(now.unreadable_flows - published_.unreadable_flows);
  published_ = now;
}

void SwitchConnection::end(const Error& error) {
  if (std::exchange(ended_, true)) return;
  auto self = shared_from_this();
  log::info("openflow.closed",
            {{"datapath", fmt::format("{:016x}", datapath_id_)}, {"reason", error.message}});
  boost::system::error_code ignored;
  socket_.close(ignored);
  timer_.cancel();
  session_.fail(Error(Errc::kUnavailable, error.message));
  if (announced_) handlers_.disconnected(self);
}

void SwitchConnection::close() {
  end({Errc::kUnavailable, "closed"});
}

void SwitchConnection::retire() {
  announced_ = false;
  close();
}

Task<void> SwitchConnection::apply(std::vector<FlowMod> changes) {
  auto answer = std::make_shared<Answer<void>>(socket_.get_executor());
  if (ended_) co_return weft::fail(Errc::kUnavailable, "the switch is not connected");
  session_.apply(std::move(changes), [answer](Result<void> r) { answer->set(std::move(r)); });
  flush();
  co_return co_await wait(answer);
}

Task<void> SwitchConnection::barrier() {
  auto answer = std::make_shared<Answer<void>>(socket_.get_executor());
  if (ended_) co_return weft::fail(Errc::kUnavailable, "the switch is not connected");
  session_.barrier([answer](Result<void> r) { answer->set(std::move(r)); });
  flush();
  co_return co_await wait(answer);
}

Task<std::vector<FlowStats>> SwitchConnection::dump_flows(std::uint8_t table, std::uint64_t cookie,
                                                          std::uint64_t cookie_mask) {
  auto answer = std::make_shared<Answer<std::vector<FlowStats>>>(socket_.get_executor());
  if (ended_) co_return weft::fail(Errc::kUnavailable, "the switch is not connected");
  session_.dump_flows(table, cookie, cookie_mask,
                      [answer](Result<std::vector<FlowStats>> r) { answer->set(std::move(r)); });
  flush();
  co_return co_await wait(answer);
}

void SwitchConnection::packet_out(std::span<const std::uint8_t> frame, std::uint32_t in_port,
                                  const std::vector<Action>& actions) {
  if (ended_) return;
  session_.packet_out(frame, in_port, actions);
  flush();
}

Task<void> SwitchConnection::flush_zone(std::uint16_t zone) {
  auto answer = std::make_shared<Answer<void>>(socket_.get_executor());
  if (ended_) co_return weft::fail(Errc::kUnavailable, "the switch is not connected");
  session_.flush_zone(zone, [answer](Result<void> r) { answer->set(std::move(r)); });
  flush();
  co_return co_await wait(answer);
}

Task<void> SwitchConnection::set_meters(std::vector<Meter> meters) {
  auto answer = std::make_shared<Answer<void>>(socket_.get_executor());
  if (ended_) co_return weft::fail(Errc::kUnavailable, "the switch is not connected");
  session_.set_meters(meters, [answer](Result<void> r) { answer->set(std::move(r)); });
  flush();
  co_return co_await wait(answer);
}

Task<void> SwitchConnection::delete_meters(std::vector<std::uint32_t> ids) {
  auto answer = std::make_shared<Answer<void>>(socket_.get_executor());
  if (ended_) co_return weft::fail(Errc::kUnavailable, "the switch is not connected");
  session_.delete_meters(ids, [answer](Result<void> r) { answer->set(std::move(r)); });
  flush();
  co_return co_await wait(answer);
}

Task<std::vector<Meter>> SwitchConnection::meters() {
  auto answer = std::make_shared<Answer<std::vector<Meter>>>(socket_.get_executor());
  if (ended_) co_return weft::fail(Errc::kUnavailable, "the switch is not connected");
  session_.meters([answer](Result<std::vector<Meter>> r) { answer->set(std::move(r)); });
  flush();
  co_return co_await wait(answer);
}

Task<std::vector<MeterStats>> SwitchConnection::meter_stats() {
  auto answer = std::make_shared<Answer<std::vector<MeterStats>>>(socket_.get_executor());
  if (ended_) co_return weft::fail(Errc::kUnavailable, "the switch is not connected");
  session_.meter_stats([answer](Result<std::vector<MeterStats>> r) { answer->set(std::move(r)); });
  flush();
  co_return co_await wait(answer);
}

}  // namespace weft::openflow
