#pragma once
// The example world in a real switch: flows installed over our own connection, packets asked of
// `ofproto/trace`.

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/metrics.h"
#include "fabric/example_world.h"
#include "openflow/connection.h"
#include "openflow/real_switch.h"

namespace weft::fabric {

class SwitchWorld {
 public:
  /// Bridge br-int with the example's ports (p11 ...) and tunnels, and its flows. Throws when the switch
  /// refuses.
  SwitchWorld();

  ExampleWorld example;

  /// Compiles what changed in `example.world` and applies the delta.
  void update();
  std::vector<openflow::Flow> installed();

  /// Where a packet comes out: names of ports, "tunnel:VNI", "controller"; empty for a drop. `ct_states` are
  /// the results of the trackings on its way, in order ("trk,est"); those not given are new.
  std::set<std::string> outputs(const std::string& packet,
                                const std::vector<std::string>& ct_states = {}) const;
  std::string trace(const std::string& packet, const std::vector<std::string>& ct_states = {}) const;

 private:
  template <typename T>
  Result<T> await(Task<T> task);
  void apply(const FlowDelta& delta);
  void add_ports();

  Metrics metrics_;
  asio::io_context io_;
  openflow::RealSwitch real_;
  std::unique_ptr<openflow::Listener> listener_;
  std::shared_ptr<openflow::Connection> connection_;
};

}  // namespace weft::fabric
