#pragma once
// What the agent offers to the servers inside it (the CNI server): the store, the switch, and ways to wait
// for both.

#include <chrono>
#include <memory>
#include <string>

#include "agent/dhcp_settings.h"
#include "agent/plug.h"
#include "base/asio.h"
#include "base/metrics.h"
#include "store/store.h"

namespace weft::agent {

/// Keeps a network watched while it lives.
using NetworkPin = std::shared_ptr<void>;

class NodeServices {
 public:
  virtual ~NodeServices() = default;

  virtual asio::any_io_executor executor() = 0;
  virtual const std::string& node() const = 0;  ///< this node's name: Port::host of what is made here
  virtual int underlay_mtu() const = 0;         ///< what the switch's end of an interface must carry
  virtual const DhcpSettings& dhcp() const = 0;
  /// Pod interfaces reach the switch through AF_PACKET (datapath_type netdev): their checksums must be
  /// complete.
  virtual bool userspace_datapath() const { return true; }
  /// Are the store and the switch's database connected, so that what they show is all there is? Errors:
  /// kUnavailable naming the one that is not.
  virtual Result<void> ready() const = 0;
  virtual store::Store& store() = 0;
  virtual Plug& plug() = 0;
  virtual Metrics& metrics() = 0;

  /// Watches a network; when it returns, store().intent() has its subnets, ports, addresses and group
  /// members. Errors: kUnavailable when the store can't be reached.
  virtual Task<NetworkPin> pin_network(Uuid network) = 0;

  /// Returns when the port is ACTIVE here: its interface is claimed and its flows are in the switch,
  /// confirmed. Errors: kConflict with the binding's failure ("port X is bound to worker1, ..."); kTimeout
  /// saying what is missing.
  virtual Task<void> wait_active(Uuid port, std::chrono::milliseconds within) = 0;
};

}  // namespace weft::agent
