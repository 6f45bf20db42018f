#pragma once
// Resolves the underlay neighbours of tunnels beforehand. The userspace datapath asks for a peer's MAC
// address only when the first frame needs it, and loses that frame and the next half second of them.

#include <memory>
#include <vector>

#include "fabric/compiler.h"
#include "openflow/connection.h"

namespace weft::agent {

/// Lets the switch itself send a frame of no network (VNI 0, which every pipeline drops) through each tunnel:
/// it then resolves next hops exactly as it would for real traffic, whatever the underlay looks like.
class TunnelNeighbors {
 public:
  explicit TunnelNeighbors(asio::any_io_executor executor);

  /// Sends through tunnels that are new, or through all of them when the switch is.
  void refresh(const std::shared_ptr<openflow::Connection>& connection,
               const std::vector<fabric::Tunnel>& tunnels);
  void stop() { timer_.cancel(); }

 private:
  void keep_fresh();
  void probe(const fabric::Tunnel& tunnel) const;

  asio::steady_timer timer_;
  std::shared_ptr<openflow::Connection> connection_;
  std::vector<fabric::Tunnel> tunnels_;
};

}  // namespace weft::agent
