#pragma once
// Commands for the openstack client, as a person would type them.

#include <optional>
#include <string>
#include <vector>

#include "model/intent.h"

namespace weft::cli {

/// A word of a shell command, quoted where it must be.
std::string shell_word(const std::string& text);

/// May a command have this name in it? Not when it would not show as what it is, or look like an option.
bool is_plain_name(const std::string& name);

/// How a command names an object: by its name when that is plain and no other has it, else by its id.
template <typename T>
std::string word_of(const model::Intent& intent, const T& object) {
  const bool unique = is_plain_name(object.name) && intent.named<T>(object.name).size() == 1;
  return shell_word(unique ? object.name : object.id.to_string());
}

/// The protocol that a rule needs to allow this one: none (any) where the API takes no rule that names it,
/// or takes its name for another. Nothing at all names 0.
std::optional<int> protocol_of_rule(IpVersion ethertype, int protocol);

/// A rule that would be enough.
struct WantedRule {
  std::string group;  ///< as word_of gives it
  model::Direction direction = model::Direction::kIngress;
  IpVersion ethertype = IpVersion::kV4;
  std::optional<int> protocol;              ///< absent: any
  std::optional<int> port;                  ///< destination port
  std::optional<int> icmp_type, icmp_code;  ///< of ICMP and ICMPv6
  std::string remote;                       ///< "--remote-group web" or "--remote-ip 10.0.0.1/32"
};
/// "openstack security group rule create ...".
std::string rule_command(const WantedRule& rule);

/// "openstack port set --allowed-address ip-address=...[,mac-address=...] PORT", once for each address or
/// prefix.
std::string allow_addresses_command(const std::string& port, const std::vector<std::string>& addresses,
                                    const std::optional<MacAddress>& mac = {});
/// Turns port security off, and the groups, which can't stay without it.
std::string open_port_command(const std::string& port);

}  // namespace weft::cli
