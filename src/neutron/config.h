#pragma once
// weftd's settings: a TOML file (--config) and flags, of which the flags win.

#include <string>
#include <vector>

#include "base/result.h"

namespace weft::neutron {

struct Config {
  std::vector<std::string>
      store;  ///< remotes of the store, several are one cluster; none: weftd starts its own
  std::string listen = "tcp:127.0.0.1:9696";
  std::string store_dir = "/var/lib/weft";  ///< of weftd's own store
  std::vector<std::string>
      store_listen;  ///< further endpoints of weftd's own store, as "ptcp:6640:192.0.2.1"
  int underlay_mtu = 1500;
  int overlay_ip_version = 4;  ///< of the tunnels between nodes: 4 or 6
  std::string dns_domain =
      "openstacklocal.";  ///< of ports whose network has none; the final dot may be left out
  std::string default_project = "default";  ///< of requests that name none (auth mode "none")
  std::string log_level = "info";
  std::string private_key, certificate, ca_certificate;  ///< PEM paths, for ssl: remotes
};

/// Reads the command line and the file that it names. Errors: kInvalid naming the setting and what is wrong
/// with it; a message that is the help or the version, as asked for, has the type "help".
Result<Config> load_config(int argc, const char* const* argv);

/// Reads settings of TOML text over `config`. Errors: kInvalid naming the line or the setting.
Result<void> read_toml(std::string_view text, Config& config);

}  // namespace weft::neutron
