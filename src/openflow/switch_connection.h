#pragma once
// The socket side of one switch's session. Internal to the listener.

#include <boost/asio/ip/tcp.hpp>

#include "openflow/connection.h"
#include "openflow/session.h"

namespace weft::openflow {

/// The counters that all connections of a listener share.
struct ConnectionMetrics {
  explicit ConnectionMetrics(Metrics& metrics);
  Counter& connections;
  Counter& messages_sent;
  Counter& flow_mods_sent;
  Counter& packet_ins;
  Counter& malformed;
  Counter& unreadable_flows;
};

class SwitchConnection final : public Connection, public std::enable_shared_from_this<SwitchConnection> {
 public:
  SwitchConnection(asio::ip::tcp::socket socket, const Listener::Handlers& handlers,
                   ConnectionMetrics& metrics);

  void start();

  Task<void> apply(std::vector<FlowMod> changes) override;
  Task<void> barrier() override;
  Task<std::vector<FlowStats>> dump_flows(std::uint8_t table, std::uint64_t cookie,
                                          std::uint64_t cookie_mask) override;
  void packet_out(std::span<const std::uint8_t> frame, std::uint32_t in_port,
                  const std::vector<Action>& actions) override;
  Task<void> flush_zone(std::uint16_t zone) override;
  Task<void> set_meters(std::vector<Meter> meters) override;
  Task<void> delete_meters(std::vector<std::uint32_t> ids) override;
  Task<std::vector<Meter>> meters() override;
  Task<std::vector<MeterStats>> meter_stats() override;
  void close() override;
  /// Closes without telling anybody: the listener's owner may be half destroyed.
  void retire();

 private:
  void read();
  void flush();
  void tick();
  void publish_counts();
  void end(const Error& error);

  asio::ip::tcp::socket socket_;
  asio::steady_timer timer_;
  const Listener::Handlers handlers_;
  ConnectionMetrics& metrics_;
  Session session_;
  Session::Counts published_;
  std::vector<std::uint8_t> read_buffer_;
  Bytes writing_;
  int silent_ticks_ = 0;
  bool announced_ = false;
  bool ended_ = false;
};

}  // namespace weft::openflow
