#pragma once
// The example world in a real switch: flows installed over our own connection, packets asked of
// `ofproto/trace`.

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/metrics.h"
#include "fabric/example_world.h"
#include "net/packet.h"
#include "openflow/connection.h"
#include "openflow/real_switch.h"

namespace weft::fabric {

class SwitchWorld {
 public:
  static constexpr std::uint32_t kVxlanToWorker3 = 31;  ///< a tunnel that the example does not use

  /// Bridge br-int with the example's ports (p11 ...) and tunnels, and its flows. Throws when the switch
  /// refuses.
  SwitchWorld();

  ExampleWorld example;

  /// Compiles what changed in `example.world` and applies the delta.
  void update();
  void apply(const FlowDelta& delta);
  /// What the switch did with packets before the flows changed: else it does so for some time.
  void forget_packets() const;
  std::vector<openflow::Flow> installed();
  /// A frame comes in from a port, or in VXLAN from worker2 or worker3 (which is 2 or 3). Not as a
  /// packet-out: what those teach knows no limit. The switch takes its time.
  void receive(const net::Frame& frame, std::uint32_t ofport, std::size_t times = 1);
  void receive_from_node(const net::Frame& frame, int node, std::uint32_t vni);
  /// The same; what comes from a MAC out of port `at` then. Throws when nothing does.
  net::Frame receive_and_hear(const net::Frame& frame, std::uint32_t ofport, std::uint32_t at,
                              const MacAddress& from);
  /// Waits for so many packets of a port that flows sent up. Throws when they do not come.
  std::vector<openflow::PacketIn> take_packet_ins(std::uint32_t ofport, std::size_t count);
  std::vector<openflow::MeterStats> meters();

  /// Where a packet of ordinary size comes out: names of ports, "tunnel:VNI", "controller"; empty for a drop.
  /// `ct_states` are the results of the trackings on its way, in order ("trk,est"); those not given are new.
  std::set<std::string> outputs(const std::string& packet,
                                const std::vector<std::string>& ct_states = {}) const;
  std::string trace(const std::string& packet, const std::vector<std::string>& ct_states = {}) const;

 private:
  template <typename T>
  Result<T> await(Task<T> task);
  void add_ports();
  void send_on(const std::string& interface, const net::Frame& frame, std::size_t times = 1);

  Metrics metrics_;
  asio::io_context io_;
  openflow::RealSwitch real_;
  std::unique_ptr<openflow::Listener> listener_;
  std::shared_ptr<openflow::Connection> connection_;
  std::vector<openflow::PacketIn> packet_ins_;
  std::optional<MacAddress> underlay_mac_;
};

/// One switch for all tests of a program: each leaves the world as it found it.
class InSwitch : public testing::Test {
 protected:
  static SwitchWorld& sw();
};

}  // namespace weft::fabric
