#pragma once
// What a container runtime asks of a CNI plugin, and what it gets: network configuration, environment,
// result.

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cni/error.h"
#include "net/ip.h"
#include "net/mac.h"

namespace weft::cni {

inline constexpr std::array<std::string_view, 4> kSupportedVersions{"0.3.0", "0.3.1", "0.4.0", "1.0.0"};
inline constexpr std::string_view kLatestVersion = kSupportedVersions.back();
inline constexpr std::string_view kDefaultAgentSocket = "/run/weft/cni.sock";

enum class Command { kAdd, kDel, kCheck, kVersion };

/// "add", "del", "check", "version": also the last part of the agent's request path.
std::string_view to_string(Command command);
/// CNI_COMMAND's spelling: "ADD", ...
std::optional<Command> parse_command(std::string_view text);

/// The network configuration's fields that Weft reads. Names are resolved by the agent.
struct NetworkConfig {
  std::string version;  ///< cniVersion
  std::string name;     ///< the CNI network's name, not Weft's
  std::string network;  ///< name or id of the network to join
  std::string port;     ///< id of a ready port; then no port is made
  std::optional<std::vector<std::string>>
      security_groups;  ///< names or ids; absent: the project's default group
  std::string project;  ///< absent: the network's own project
  std::string agent_socket{kDefaultAgentSocket};
  bool default_route = false;  ///< a default route through the subnet's gateway
};

/// CNI_* variables, checked for what the command needs.
struct Environment {
  Command command = Command::kVersion;
  std::string container_id;
  std::string netns;
  std::string ifname;
  std::map<std::string, std::string> args;  ///< CNI_ARGS
};

/// One interface of one container, as asked for: configuration and CNI_ARGS merged, the latter win.
struct Attachment {
  NetworkConfig config;
  std::string container_id;
  std::string netns;
  std::string ifname;
  std::string pod_name;       ///< K8S_POD_NAME; empty outside Kubernetes
  std::string pod_namespace;  ///< K8S_POD_NAMESPACE
};

/// A wired interface, as every supported version of the result can tell it.
struct Wiring {
  struct Interface {
    std::string name;
    MacAddress mac;
    std::string sandbox;  ///< the namespace's path; empty on the host
  };
  struct Ip {
    IpAddress address;
    int prefix_length = 0;
    std::optional<IpAddress> gateway;
  };
  struct Route {
    IpPrefix destination;
    std::optional<IpAddress> gateway;  ///< absent: on-link
  };

  Interface host;       ///< the switch's end
  Interface container;  ///< the container's end; all of `ips` are on it
  std::vector<Ip> ips;
  std::vector<Route> routes;
  std::vector<IpAddress> nameservers;
  std::string dns_domain;
};

}  // namespace weft::cni
