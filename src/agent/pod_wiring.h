#pragma once
// The life of a pod's interface on this node: port, veth pair, place in the switch. All or nothing each time.

#include <optional>
#include <set>
#include <string>

#include "agent/blocking_pool.h"
#include "agent/node_services.h"
#include "agent/pod_plan.h"

namespace weft::agent {

class PodWiring {
 public:
  /// The services must outlive this; so must this the executor's run.
  explicit PodWiring(NodeServices& services);

  /// Wires an interface; when it returns, the port is ACTIVE. Repeated for a wired interface it gives the
  /// same result. On failure nothing that this call made is left behind. Errors: as ipam::create_ports;
  /// kNotFound for names; kUnavailable while another call for the same interface or port runs.
  Task<cni::Wiring> add(cni::Attachment attachment);

  /// Takes everything back that add() made. An interface that is not there is fine.
  Task<void> del(cni::Attachment attachment);

  /// Is the interface as add() left it? Errors: kNotFound (UnknownContainer), kConflict saying what differs.
  Task<void> check(cni::Attachment attachment);

 private:
  /// A port for an attachment, and its network kept watched until the interface itself does so.
  struct Acquired {
    model::Port port;
    PortOrigin origin = PortOrigin::kMade;
    NetworkPin pin;
  };

  std::optional<PodInterface> find_plugged(const cni::Attachment& attachment) const;
  std::optional<PodInterface> find_unfinished(const cni::Attachment& attachment) const;
  std::optional<PodInterface> find_dead(const Uuid& port) const;
  NodeFacts facts() const;

  Task<cni::Wiring> wire_new(cni::Attachment attachment);
  Task<cni::Wiring> wire(cni::Attachment attachment, Acquired acquired);
  Task<cni::Wiring> plug(PodPlan plan, PodInterface interface);
  Task<void> activate(PodInterface interface);
  Task<void> unplug(std::string name);
  Task<cni::Wiring> verify(cni::Attachment attachment, PodInterface interface);
  Task<Acquired> acquire(cni::Attachment attachment);
  Task<Acquired> make_port(cni::Attachment attachment);
  Task<Acquired> take_ready_port(Uuid id);
  Task<void> release(PodInterface interface);
  Task<void> release_alone(PodInterface interface);
  Task<void> release_port(PodInterface interface);

  NodeServices& services_;
  BlockingPool kernel_;
  std::set<std::string> busy_;  ///< interfaces and ports that a call works on
};

}  // namespace weft::agent
