#pragma once
// How a pod's interface is plugged into the switch. One small module, because a fast path will later come
// between: nothing else in the agent adds interfaces to br-int or takes them out.

#include <map>
#include <string>
#include <vector>

#include "base/asio.h"
#include "base/uuid.h"
#include "net/mac.h"

namespace weft::agent {

/// A network interface of this node's namespace that shall carry a port.
struct PlugSpec {
  std::string interface;  ///< its name in the kernel and in the switch, at most 15 bytes
  Uuid port;
  MacAddress mac;  ///< the port's, not that of the interface's switch end
  /// Further external_ids ("vm-uuid", "sandbox", ...), beside iface-id, attached-mac and iface-status.
  std::map<std::string, std::string> external_ids;
  bool device_gone = false;  ///< read only: the kernel's interface was deleted
};

class Plug {
 public:
  virtual ~Plug() = default;

  /// Adds the interface to br-int, or changes the external_ids of the one that is there. Committed when it
  /// returns; wait for NodeServices::wait_active() to know that traffic flows. Errors: kUnavailable when the
  /// switch's database can't be reached.
  virtual Task<void> add(PlugSpec spec) = 0;

  /// Takes the interface out of br-int; one that is not there is fine. The kernel's interface itself is left
  /// alone.
  virtual Task<void> remove(std::string interface) = 0;

  /// Every interface of br-int that names a port, so that leftovers can be found after a crash.
  virtual std::vector<PlugSpec> plugged() const = 0;
};

}  // namespace weft::agent
