#pragma once
// The intent model: what operators asked for, as plain values. Front doors write it, the fabric reads it; the
// columns of the store (src/store/weft.ovsschema) have the same names and meanings.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/uuid.h"
#include "net/ip.h"
#include "net/mac.h"

namespace weft::model {

/// How a tenant network crosses the underlay.
enum class Encapsulation : std::uint8_t { kVxlan, kGeneve };

/// "vxlan" or "geneve": Neutron's provider:network_type and OVS's Interface type, which are the same word.
std::string_view to_string(Encapsulation encapsulation);
std::optional<Encapsulation> parse_encapsulation(std::string_view text);

/// Bytes that the encapsulation adds to an inner Ethernet frame's payload over an underlay of `underlay`
/// version: outer IP + UDP + VXLAN/Geneve header + inner Ethernet (RFC 7348, RFC 8926; no Geneve options): 50
/// over IPv4.
int overhead(Encapsulation encapsulation, IpVersion underlay);

/// The largest VNI of either encapsulation (24 bits).
inline constexpr std::int64_t kMaxVni = (1 << 24) - 1;

/// What every API object has.
struct Common {
  Uuid id;
  std::string project_id;
  std::string name;
  std::string description;
  std::int64_t created_at = 0;  ///< microseconds since the epoch
  std::int64_t updated_at = 0;
  std::int64_t revision = 0;
  std::vector<std::string> tags;
};

struct Network : Common {
  Encapsulation encapsulation = Encapsulation::kVxlan;
  std::int64_t vni = 0;
  int mtu = 1450;
  bool admin_state_up = true;
  bool shared = false;
  bool port_security_enabled = true;
  std::string dns_domain;
  /// Counts the subnets made: closes the races of overlapping subnets, and of ports whose addresses depend on
  /// which subnets there are.
  std::int64_t subnet_serial = 0;
};

struct HostRoute {
  IpPrefix destination;
  IpAddress nexthop;
  auto operator<=>(const HostRoute&) const = default;
};

/// How hosts of an IPv6 subnet come by addresses: Neutron's ipv6_ra_mode and ipv6_address_mode.
enum class Ipv6Mode : std::uint8_t { kSlaac, kDhcpv6Stateless, kDhcpv6Stateful };

/// Neutron's words: "slaac", "dhcpv6-stateless", "dhcpv6-stateful".
std::string_view to_string(Ipv6Mode mode);
std::optional<Ipv6Mode> parse_ipv6_mode(std::string_view text);

struct Subnet : Common {
  Uuid network;
  IpPrefix cidr;
  std::optional<IpAddress> gateway_ip;
  bool enable_dhcp = true;
  std::vector<IpRange> allocation_pools;
  std::vector<IpAddress> dns_nameservers;
  std::vector<HostRoute> host_routes;
  std::optional<Ipv6Mode> ipv6_ra_mode;       ///< what router advertisements say; absent: Weft sends none
  std::optional<Ipv6Mode> ipv6_address_mode;  ///< where addresses come from
};

/// Neutron's allowed address pair. `mac` absent: the port's own.
struct AddressPair {
  std::optional<MacAddress> mac;
  IpPrefix ip;
  /// As the API's caller wrote them where that is not their to_string() (FA-16-3E-00-00-01, 10.0.0.5/24,
  /// 10.0.0.5), because Neutron answers with it; else empty.
  std::string mac_text = {};
  std::string ip_text = {};
  auto operator<=>(const AddressPair&) const = default;
};

/// One of a port's extra_dhcp_opts. An empty value means that the option is not sent at all.
struct ExtraDhcpOption {
  std::string name;  ///< a name of dnsmasq's ("bootfile-name"), a number, or either after "tag:ipxe,"
  std::string value;
  IpVersion version = IpVersion::kV4;
  auto operator<=>(const ExtraDhcpOption&) const = default;
};

/// The device_owner of ports that every node with their network answers for.
inline constexpr std::string_view kDistributedOwner = "network:distributed";

struct Port : Common {
  Uuid network;
  MacAddress mac;
  bool admin_state_up = true;
  std::string device_id;
  std::string device_owner;
  std::string host;                    ///< binding:host_id; empty: unbound
  std::string vnic_type = "normal";    ///< binding:vnic_type
  std::string binding_profile = "{}";  ///< binding:profile, JSON text
  bool port_security_enabled = true;
  std::vector<AddressPair> allowed_address_pairs;
  std::string dns_name;    ///< a label, or a full name with its final dot; empty: derived from the address
  std::string dns_domain;  ///< with the final dot; empty: the network's
  std::vector<ExtraDhcpOption> extra_dhcp_opts;
};

/// One fixed IP of one port: a row of its own, so that the store's index makes it unique.
struct Address {
  Uuid id;
  Uuid network;
  Uuid subnet;
  Uuid port;
  IpAddress ip;
};

/// What a node says of a port that it carries. Written by that node's agent only.
struct Binding {
  Uuid id;
  Uuid port;
  Uuid network;
  std::string host;
  bool up = false;        ///< the port's flows are in the switch, confirmed by a barrier
  std::string interface;  ///< name of the OVS interface
  std::string failure;    ///< why the binding failed; empty when it did not
};

/// A machine with a switch and an agent. Written by that agent only.
struct Node {
  Uuid id;
  std::string name;
  std::vector<IpAddress> tunnel_ips;
  int underlay_mtu = 1500;
  std::string diagnostics;    ///< "tcp:ADDRESS:PORT" of the agent's read-only endpoint
  std::string datapath_type;  ///< "system" or "netdev"; empty until known
  std::string version;
};

/// Liveness of a node, in a table of its own that only weftd watches.
struct Heartbeat {
  Uuid id;
  std::string node;
  std::int64_t beat = 0;  ///< microseconds since the epoch, by the node's clock
};

}  // namespace weft::model
