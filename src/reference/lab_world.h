#pragma once
// Worlds that a lab can be, over several nodes: what tests/system/test_policy_model.py makes through the API,
// and what shall become of packets there.

#include "reference/random_world.h"

namespace weft::reference {

/// What a port sends at once - a packet, or a packet in two fragments - and what becomes of it on all nodes.
struct LabPacket {
  Uuid port;
  std::vector<Packet> parts;
  Verdict verdict;             ///< of each part; `sent_to` is followed
  std::vector<Dropped> drops;  ///< of all parts
  /// Open vSwitch credits the flows of both ways out of check_pkt_larger with a packet: of one that is too
  /// big, drops that it would meet if it were not may be counted.
  std::set<Dropped> credited;
};

/// A distributed port as the API made it.
struct Service {
  std::string network;
  IpPrefix cidr;
  MacAddress mac;
  IpAddress ip;
};

class LabWorld {
 public:
  explicit LabWorld(std::uint32_t seed);

  void meet(const Service& service);

  const NodeWorld& world() const { return *world_; }
  /// The next one that can be told from others in a lab.
  LabPacket next();

 private:
  using Memories = std::map<std::string, Memory>;

  void look_from(const std::string& node);
  std::optional<LabPacket> try_next();
  Verdict run(const FromPort& sent, const Packet& packet, Memories& memories);

  std::mt19937 random_;
  std::unique_ptr<NodeWorld> world_;
  std::vector<Event> events_;
  Memories memories_;  ///< by node
};

}  // namespace weft::reference
