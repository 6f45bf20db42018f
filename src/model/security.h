#pragma once
// Security groups: the policy form that Neutron groups and, later, Kubernetes policies compile to.

#include "model/network.h"

namespace weft::model {

enum class Direction : std::uint8_t { kIngress, kEgress };
std::string_view to_string(Direction direction);  ///< "ingress", "egress"
std::optional<Direction> parse_direction(std::string_view text);

struct SecurityGroup : Common {
  bool stateful = true;
  /// "default/PROJECT" for a project's default group, else the group's own id: unique, so one project has one
  /// default.
  std::string key;
  bool is_default() const { return key.starts_with("default/"); }
};

struct SecurityGroupRule : Common {
  Uuid group;
  Direction direction = Direction::kIngress;
  IpVersion ethertype = IpVersion::kV4;
  std::optional<int> protocol;  ///< IP protocol number; absent: any
  /// As the API's caller wrote it ("tcp", "6"); empty when absent. Kept because Neutron answers with it.
  std::string protocol_name;
  /// TCP/UDP/...: destination port range. ICMP: min is the type, max is the code.
  std::optional<int> port_range_min;
  std::optional<int> port_range_max;
  std::optional<IpPrefix> remote_prefix;
  /// As the API's caller wrote it when that has host bits (10.0.0.5/24), because Neutron answers with it;
  /// else empty.
  std::string remote_prefix_text;
  std::optional<Uuid> remote_group;
  std::optional<Uuid> remote_address_group;

  /// The same for two rules that Neutron calls duplicates; the store's index on it refuses the second.
  std::string key() const;
};

/// One port in one group; a row of its own, with the port's network, so that agents can watch by network.
struct GroupMember {
  Uuid id;
  Uuid group;
  Uuid port;
  Uuid network;
};

/// A named list of prefixes that rules may name as their remote (Neutron's address-group extension).
struct AddressGroup : Common {};

/// One prefix of one address group: a row of its own, so that one more is one small change. Prefixes of a
/// group may overlap.
struct AddressGroupEntry {
  Uuid id;
  Uuid address_group;
  IpPrefix prefix;
};

/// The number of a protocol name that Neutron knows ("tcp", "icmpv6", "ipip", ...) or of a decimal 0-255.
std::optional<int> parse_protocol(std::string_view text);
/// Does a rule of this protocol take a port range (tcp, udp, sctp, dccp, udplite)?
bool has_ports(int protocol);
/// Is it ICMP or ICMPv6, whose "port range" is type and code?
bool is_icmp(int protocol);

}  // namespace weft::model
