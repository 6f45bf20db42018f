#pragma once
// The kernel's side of a pod's interface, through rtnetlink: a veth pair with one end in the pod. Blocking
// calls, each a few netlink messages; run them off the agent's loop (BlockingPool).

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/ip.h"
#include "net/mac.h"

namespace weft::agent {

/// An open network namespace.
class NetworkNamespace {
 public:
  /// Errors: kNotFound when there is no such path; kInvalid when it is no network namespace.
  static Result<NetworkNamespace> open(const std::string& path);
  NetworkNamespace(NetworkNamespace&& other) noexcept;
  NetworkNamespace& operator=(NetworkNamespace&&) = delete;
  ~NetworkNamespace();

  int fd() const { return fd_; }

 private:
  explicit NetworkNamespace(int fd) : fd_(fd) {}
  int fd_;
};

struct InterfaceAddress {
  IpAddress address;
  int prefix_length = 0;
  auto operator<=>(const InterfaceAddress&) const = default;
};

struct InterfaceRoute {
  IpPrefix destination;
  std::optional<IpAddress> gateway;  ///< absent: on-link
};

/// A veth pair: the switch's end here, the pod's end in another namespace.
struct VethSpec {
  std::string host_name;
  int host_mtu =
      0;  ///< of the switch's end: what the underlay carries, so that the switch sees oversized frames
  std::string netns;
  std::string ifname;
  MacAddress mac;
  int mtu = 0;
  /// With IPv6 among them the pod's end also gets the link-local address of its MAC. All can be used at once;
  /// the kernel adds none of its own from router advertisements.
  std::vector<InterfaceAddress> addresses;
  std::vector<InterfaceRoute> routes;
  /// false: the pod computes its own checksums. Frames that reach the switch through AF_PACKET need that.
  bool checksum_offload = true;
};

/// Makes the pair, the pod's end directly in its namespace under its final name, and configures it; all or
/// nothing. Returns the MAC of the switch's end. Errors: kConflict when one of the two names is taken, those
/// of NetworkNamespace.
Result<MacAddress> make_veth(const VethSpec& spec);

/// Removes an interface of this namespace, and with it its veth peer; one that is not there is fine.
Result<void> delete_link(const std::string& name);

/// Are both ends there as `spec` says? Returns the MAC of the switch's end. Errors: kConflict saying what
/// differs.
Result<MacAddress> check_veth(const VethSpec& spec);

}  // namespace weft::agent
