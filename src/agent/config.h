#pragma once
// The agent's settings: a TOML file (--config) and flags, of which the flags win.

#include <map>
#include <string>
#include <vector>

#include "agent/dhcp_settings.h"
#include "base/result.h"
#include "net/ip.h"

namespace weft::agent {

struct Config {
  std::string node;                   ///< this node's name, as `openstack port create --host` names it
  std::vector<std::string> store;     ///< remotes of the store; several are one cluster
  std::vector<IpAddress> tunnel_ips;  ///< this node's underlay addresses: one of IPv4, of IPv6, or both
  std::string ovsdb = "unix:/var/run/openvswitch/db.sock";
  std::uint16_t openflow_port = 6633;
  std::string cni_socket = "/run/weft/cni.sock";
  std::string diagnostics;    ///< "tcp:ADDRESS:PORT"; filled in from the first tunnel address when not given
  std::string datapath_type;  ///< "system" or "netdev"; empty: what the switch supports
  int underlay_mtu = 1500;
  int max_connections_per_port = 65536;  ///< that the switch tracks; 0: any number
  std::map<std::string, std::string> bridge_mappings{{"physnet1", "br-ex"}};  ///< physical network -> bridge
  DhcpSettings dhcp;  ///< dhcp-lease-seconds, dns-domain, dns-servers, ntp-servers
  std::string log_level = "info";
  std::string private_key, certificate, ca_certificate;  ///< PEM paths, for ssl: remotes
};

/// Reads the command line and the file that it names. Errors: kInvalid naming the setting and what is wrong
/// with it; a message that is the help text itself has the type "help".
Result<Config> load_config(int argc, const char* const* argv);

/// Reads settings of TOML text over `config`. Errors: kInvalid naming file position or setting.
Result<void> read_toml(std::string_view text, Config& config);

/// Fills in what depends on other settings and checks the whole. Errors: kInvalid naming the setting.
Result<void> complete(Config& config);

}  // namespace weft::agent
