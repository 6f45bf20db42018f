#include "agent/tunnel_neighbors.h"

#include <algorithm>
#include <array>
#include <utility>

namespace weft::agent {
namespace {

// The switch forgets a neighbour after 15 minutes.
constexpr std::chrono::minutes kRefresh{5};

/// The smallest frame, from and to nobody, of IEEE's ethertype for local experiments.
constexpr std::array<std::uint8_t, 60> probe_frame() {
  std::array<std::uint8_t, 60> frame{};
  frame[0] = frame[6] = 0x02;  // locally administered
  frame[12] = 0x88;
  frame[13] = 0xb5;
  return frame;
}

}  // namespace

TunnelNeighbors::TunnelNeighbors(asio::any_io_executor executor) : timer_(executor) {
  keep_fresh();
}

void TunnelNeighbors::refresh(const std::shared_ptr<openflow::Connection>& connection,
                              const std::vector<fabric::Tunnel>& tunnels) {
  auto same_switch = std::exchange(connection_, connection) == connection;
  auto before = std::exchange(tunnels_, tunnels);
  for (const auto& tunnel : tunnels_) {
    auto known = same_switch && std::ranges::find(before, tunnel) != before.end();
    if (!known) probe(tunnel);
  }
}

void TunnelNeighbors::keep_fresh() {
  timer_.expires_after(kRefresh);
  timer_.async_wait([this](boost::system::error_code stopped) {
    if (stopped) return;
    for (const auto& tunnel : tunnels_) probe(tunnel);
    keep_fresh();
  });
}

void TunnelNeighbors::probe(const fabric::Tunnel& tunnel) const {
  static constexpr auto kFrame = probe_frame();
  if (connection_)
    connection_->packet_out(kFrame, openflow::kPortController, {openflow::Output{tunnel.ofport}});
}

}  // namespace weft::agent
