#pragma once
// A port's extra_dhcp_opts of version 4, read as dnsmasq reads the lines that Neutron writes from them.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/network.h"

namespace weft::agent {

/// One option, ready to be sent. An empty value means that the option is not sent, whatever the subnet has
/// for it.
struct DhcpExtraOption {
  std::uint8_t code = 0;  ///< or net::kServerAddress
  std::vector<std::uint8_t> value;
  std::vector<std::string> tags;  ///< "ipxe", "!ipxe": all must hold of the client
};

struct DhcpExtraOptions {
  std::vector<DhcpExtraOption> usable;
  /// Names of those that can't be sent: unknown ones, values that don't fit the option, options that belong
  /// to the protocol itself.
  std::vector<std::string> unusable;

  /// The option of this code for a client with these tags: one with tags before one without, a later one
  /// before an earlier one. Null when the port says nothing about it.
  const DhcpExtraOption* find(std::uint8_t code, const std::set<std::string>& client_tags) const;
};

/// Those of version 4, without `dhcp_disabled`.
DhcpExtraOptions read_extra_options(const std::vector<model::ExtraDhcpOption>& options);

/// Says in the log what of a port's options can't be sent: once, and again when it changes.
class UnusableOptions {
 public:
  /// Whether there was something to say.
  bool report(const Uuid& port, const std::vector<std::string>& names);
  /// Forgets all other ports.
  void keep(const std::set<Uuid>& ports);

 private:
  std::map<Uuid, std::vector<std::string>> reported_;
};

/// Does the port go without DHCP of this version (`dhcp_disabled` with the value "true")?
bool dhcp_disabled(const model::Port& port, IpVersion version);

}  // namespace weft::agent
