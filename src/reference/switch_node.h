#pragma once
// A node's switch for real: its flows in an ovs-vswitchd, packets sent into its ports, and what comes out of
// them.

#include <optional>
#include <set>
#include <string>

#include "net/packet.h"
#include "openflow/connected_switch.h"
#include "reference/compiled_node.h"

namespace weft::reference {

/// Everything that became of packets, in words: where they left, what the agent was sent, what was answered.
using Sightings = std::multiset<std::string>;

/// What the interpreter saw of packets that came in at a port.
void note(const openflow::Outcome& outcome, std::uint32_t ingress, Sightings& sightings);

class SwitchNode : public openflow::ConnectedSwitch {
 protected:
  /// A bridge with the ports and tunnels of random worlds.
  SwitchNode();
  ~SwitchNode() override;

  /// Without flows, connections or anything learned.
  void clear();
  void apply(const fabric::FlowDelta& delta);
  /// Frames come in at a port, or at a tunnel with a key. Kernels deliver late what leaves: as much as is
  /// expected is waited for.
  Sightings send(const std::vector<net::Frame>& frames, std::uint32_t ingress, std::uint64_t tunnel_key,
                 const Sightings& expected);

 private:
  struct Heard {
    std::string interface;  ///< empty when the frame came into the switch
    net::Frame frame;
  };

  void make_ports();
  /// Returns when the switch has done everything that was asked before.
  void settle();
  /// Nothing when none is there.
  std::optional<Heard> next_frame();
  void note_frames(std::uint32_t ingress, Sightings& sightings);

  int wire_ = -1;  ///< what leaves any port
};

}  // namespace weft::reference
