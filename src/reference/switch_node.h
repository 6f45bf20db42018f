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

/// What the interpreter saw of a packet that came in at a port. Answers are told by all their bytes, of which
/// `mark` fills those that carry no meaning.
void note(const openflow::Outcome& outcome, const Packet& packet, std::uint32_t ingress, std::uint16_t mark,
          Sightings& sightings);

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

  /// What was decided for one packet is done with the next ones until a thread of the switch asks again: up
  /// to half a second after packets taught it something.
  void forget_decisions();

 private:
  struct Heard {
    std::string interface;  ///< empty when the frame came into the switch
    net::Frame frame;
  };

  void make_ports();
  void make_meters();
  /// A frame comes in. Not as a packet-out: what those teach knows no limit.
  void receive(const net::Frame& frame, std::uint32_t ingress, std::uint64_t tunnel_key);
  void put_on(const std::string& interface, const net::Frame& frame);
  /// Nothing when none is there.
  std::optional<Heard> next_frame();
  void note_frames(std::uint32_t ingress, Sightings& sightings);

  int wire_ = -1;  ///< to and from any port
  MacAddress underlay_mac_;
};

}  // namespace weft::reference
