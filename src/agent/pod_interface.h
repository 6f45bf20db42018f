#pragma once
// What is remembered of a pod's interface. It is kept in the switch, as external_ids of the interface, so
// that DEL and CHECK find it after any restart of the agent.

#include <optional>
#include <string>

#include "agent/plug.h"
#include "cni/types.h"
#include "model/network.h"

namespace weft::agent {

/// device_owner of ports that the CNI server makes.
inline constexpr std::string_view kContainerOwner = "container:weft";

/// Where the port came from, and so what DEL has to do with it.
enum class PortOrigin {
  kMade,   ///< made for the pod: deleted
  kBound,  ///< ready and unbound, bound here for the pod: unbound again
  kReady,  ///< ready and bound here already: left alone
};

struct PodInterface {
  std::string container_id;
  std::string ifname;   ///< inside the pod
  std::string sandbox;  ///< path of the pod's network namespace
  std::string pod;      ///< "namespace/name", or empty
  Uuid port;
  MacAddress mac;
  PortOrigin origin = PortOrigin::kMade;
  bool device_gone = false;  ///< its namespace was deleted, and the veth pair with it

  /// The switch's end: "tap" and the first 11 characters of the port's id, as Nova names it.
  std::string host_name() const;
};

/// The interface of this attachment for a port.
PodInterface interface_for(const cni::Attachment& attachment, const model::Port& port, PortOrigin origin);

PlugSpec to_plug(const PodInterface& interface);
/// Nothing when the interface was not made for a pod.
std::optional<PodInterface> from_plug(const PlugSpec& plug);

/// A new port's binding:profile: names the pod's interface, so that a port whose wiring was cut short can be
/// found.
std::string binding_profile(const cni::Attachment& attachment);
/// Was this port made for this container's interface?
bool made_for(const model::Port& port, const cni::Attachment& attachment);

}  // namespace weft::agent
