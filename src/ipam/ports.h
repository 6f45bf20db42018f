#pragma once
// Making and changing ports: address, MAC and group allocation against the store's unique indexes. Used by
// weftd's front doors and by the agent's CNI server alike. A lost race is retried here; callers see Neutron's
// error types.

#include <optional>
#include <vector>

#include "store/store.h"

namespace weft::ipam {

/// One wanted fixed IP. Both absent: any address of any subnet of the network.
struct AddressRequest {
  std::optional<Uuid> subnet;
  std::optional<IpAddress> ip;
};

struct PortRequest {
  model::Port port;               ///< a nil id is filled in; `network` and `project_id` are required
  std::optional<MacAddress> mac;  ///< absent: a random fa:16:3e:*
  /// Absent: one address of each IP version that the network has subnets of. Present and empty: none.
  std::optional<std::vector<AddressRequest>> fixed_ips;
  /// Absent: the project's default group (none without port security). Present: exactly these.
  std::optional<std::vector<Uuid>> groups;
};

/// What a port consists of, as committed.
struct PortRows {
  model::Port port;
  std::vector<model::Address> addresses;
  std::vector<model::GroupMember> memberships;
};

/// Creates ports, all or none (bulk). Errors, with Neutron's type names: NetworkNotFound, SubnetNotFound,
/// IpAddressGenerationFailure (kConflict, 409), InvalidIpForNetwork / InvalidIpForSubnet / InvalidInput
/// (kInvalid, 400), IpAddressInUse, MacAddressInUse (kConflict, 409), SecurityGroupNotFound,
/// IpAddressAlreadyAllocated, SecurityGroupConflict (kConflict: stateful and stateless groups mixed), and
/// those of check_port_security().
Task<std::vector<PortRows>> create_ports(store::Store& store, std::vector<PortRequest> requests);

struct PortChange {
  Uuid id;
  model::Port after;  ///< all scalar attributes as they shall be; `id` and `network` can't change
  std::optional<std::vector<AddressRequest>> fixed_ips;
  std::optional<std::vector<Uuid>> groups;
  std::optional<std::int64_t> if_revision;  ///< HTTP If-Match: revision_number=N
};
/// kNotFound PortNotFound, else as create_ports; RevisionNumberConstraintFailed (kConflict, 412).
Task<void> update_port(store::Store& store, PortChange change);

/// Removes a port with its addresses, memberships and bindings. kNotFound PortNotFound.
Task<void> delete_port(store::Store& store, Uuid id);

/// The project's default group, made with Neutron's four default rules when it is missing (a lost race finds
/// the winner's).
Task<Uuid> ensure_default_group(store::Store& store, std::string project);

/// Commits new networks, all or none; those without a VNI (0) get a free one, random, retried on a lost race.
/// Errors: NoNetworkAvailable (kConflict, 409: no VNI is free), TunnelIdInUse (kConflict, 409: an asked one
/// is taken).
Task<void> create_networks(store::Store& store, std::vector<model::Network> networks);

/// Commits new subnets, all or none; overlaps on a network are refused, also when two weftd try at once.
/// Errors: InvalidInput (kInvalid, 400: overlaps), NetworkNotFound.
Task<void> create_subnets(store::Store& store, std::vector<model::Subnet> subnets);

}  // namespace weft::ipam
