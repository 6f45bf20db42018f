#pragma once
// The compiled flows of a world, and what they do with packets: the other side of the comparison.

#include <map>
#include <memory>

#include "openflow/interpreter.h"
#include "reference/node_world.h"

namespace weft::reference {

/// A change of compiled flows that stands for a bug in the compiler.
using Mutation = std::function<std::vector<openflow::Flow>(std::vector<openflow::Flow>)>;

class CompiledNode {
 public:
  CompiledNode(NodeWorld& world, Mutation mutation);

  /// Follows what changed in the world since the last call: incrementally.
  void update();
  /// What the last update() changed in the flows, whatever the mutation.
  const fabric::FlowDelta& last_change() const { return last_change_; }
  Verdict run(const Event& event);
  /// What the flows do with a packet.
  openflow::Outcome look(const Event& event);
  /// What the switch remembers of earlier packets.
  struct Memory {
    openflow::ConnectionTable connections;
    openflow::LearnedFlows learned;
  };
  const Memory& memory() const { return memory_; }
  void restore(Memory memory) { memory_ = std::move(memory); }
  /// The number of the interface where a packet comes in, and the tunnel's key of its network (0: no tunnel).
  std::uint32_t ingress(const Event& event) const;
  std::uint64_t tunnel_key(const Event& event) const;
  /// Are the flows those of a compiler that sees the present world only?
  bool equals_fresh() const;

 private:
  void plug_what_changed();
  void note(const openflow::Outcome& outcome, const Event& event, Verdict& verdict) const;
  void note_sent(const openflow::Outcome::Sent& sent, const Event& event, Verdict& verdict) const;
  Dropped dropped(const openflow::Packet& sample, const openflow::Flow& by, const Event& event) const;

  NodeWorld& world_;
  Mutation mutation_;
  fabric::Compiler compiler_;
  fabric::FlowDelta last_change_;
  std::unique_ptr<openflow::Interpreter> interpreter_;
  Memory memory_;
  std::map<Uuid, fabric::LocalPort> plugged_;
};

/// A packet as flows see it when it comes in, and as the tracker does.
openflow::Packet to_fields(const Packet& packet);
/// An answer that flows made of a question: ARP, neighbour discovery or ping.
Packet answer_from(const openflow::Packet& answer, const Packet& question);
openflow::TrackerView to_view(const Packet& packet);

}  // namespace weft::reference
