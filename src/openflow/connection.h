#pragma once
// The controller's end of one OpenFlow connection: the switch's bridge connects to us (out of band,
// 127.0.0.1:6633).

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/asio.h"
#include "base/metrics.h"
#include "openflow/messages.h"

namespace weft::openflow {

class Connection {
 public:
  virtual ~Connection() = default;

  std::uint64_t datapath_id() const { return datapath_id_; }
  /// All changes or none: one bundle (atomic and ordered), committed; confirmed by the switch. Errors:
  /// kProtocol with the switch's error code and the offending flow as text; kUnavailable when the connection
  /// is lost.
  virtual Task<void> apply(std::vector<FlowMod> changes) = 0;
  /// Returns when the switch has processed everything sent before.
  virtual Task<void> barrier() = 0;
  /// The flows of a table (0xff: every table) whose cookie equals `cookie` in the bits of `cookie_mask`, with
  /// their counters.
  virtual Task<std::vector<FlowStats>> dump_flows(std::uint8_t table = 0xff, std::uint64_t cookie = 0,
                                                  std::uint64_t cookie_mask = 0) = 0;
  /// Sends a frame through `actions` as if received on `in_port` (kPortController for none). Not confirmed.
  virtual void packet_out(std::span<const std::uint8_t> frame, std::uint32_t in_port,
                          const std::vector<Action>& actions) = 0;
  /// Removes conntrack entries of a zone (NXT_CT_FLUSH_ZONE).
  virtual Task<void> flush_zone(std::uint16_t zone) = 0;
  /// Makes meters, or changes those of their ids, in one round trip: each starts anew with statistics of 0,
  /// also where nothing changes. A meter must be there before the flows
  /// that name it. Errors: kProtocol when the switch refuses one, kUnavailable when the connection is lost.
  virtual Task<void> set_meters(std::vector<Meter> meters) = 0;
  /// Removes meters, in one round trip. Unknown ids are none that matter; flows that name a meter that is
  /// gone let everything through, so remove those first.
  virtual Task<void> delete_meters(std::vector<std::uint32_t> ids) = 0;
  /// The meters that the switch has, as they were set; one of another kind than set_meters() makes has the
  /// rate 0. Errors: as for set_meters().
  virtual Task<std::vector<Meter>> meters() = 0;
  /// What each meter let through and kept back since it was made. Errors: as for set_meters().
  virtual Task<std::vector<MeterStats>> meter_stats() = 0;
  virtual void close() = 0;

 protected:
  std::uint64_t datapath_id_ = 0;
};

/// Listens for switches. Each new connection has completed HELLO, FEATURES and the settings for
/// NXT_PACKET_IN2.
class Listener {
 public:
  struct Handlers {
    std::function<void(std::shared_ptr<Connection>)> connected;
    std::function<void(const std::shared_ptr<Connection>&)> disconnected;
    std::function<void(const std::shared_ptr<Connection>&, PacketIn)> packet_in;
  };
  /// Errors: kUnavailable when the address can't be bound.
  static Result<std::unique_ptr<Listener>> open(asio::any_io_executor executor, const std::string& address,
                                                std::uint16_t port, Handlers handlers, Metrics& metrics);
  virtual ~Listener() = default;
  virtual std::uint16_t port() const = 0;  ///< the bound port, for port 0
  /// Closes everything. No handler is called any more.
  virtual void stop() = 0;
};

}  // namespace weft::openflow
