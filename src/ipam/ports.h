#pragma once
// Making and changing ports, and what their addresses depend on: address, MAC and group allocation against
// the store's unique indexes. Used by weftd's front doors and by the agent's CNI server alike. A lost race is
// retried here; callers see Neutron's error types.

#include <functional>
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
  /// Absent: one address of each IP version that the network has subnets of. Present and empty: none. Unless
  /// empty, the port also gets its EUI-64 address of every subnet with automatic addresses.
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
/// IpAddressAlreadyAllocated, AllocationOnAutoAddressSubnet (kInvalid, 400: an address of the caller's choice
/// where addresses are automatic), SecurityGroupConflict (kConflict: stateful and stateless groups mixed),
/// InvalidInput for the owner of distributed ports, and those of check_port_security().
Task<std::vector<PortRows>> create_ports(store::Store& store, std::vector<PortRequest> requests);

struct PortChange {
  Uuid id;
  model::Port after;  ///< all scalar attributes as they shall be; `id` and `network` can't change
  std::optional<std::vector<AddressRequest>> fixed_ips;
  std::optional<std::vector<Uuid>> groups;
  std::optional<std::int64_t> if_revision;  ///< HTTP If-Match: revision_number=N
  /// Changes that depend on what the port has, and checks of the whole: called at every try with the port as
  /// it would be, where others may have changed what `after` left alone. Its error ends the update.
  std::function<Result<void>(model::Port&)> revise = {};
};
/// A new MAC also means new automatic addresses. Errors: kNotFound PortNotFound, else as create_ports;
/// RevisionNumberConstraintFailed (kConflict, 412); ServicePortInUse (kConflict, 409) for distributed ports.
Task<void> update_port(store::Store& store, PortChange change);

/// Removes a port with its addresses, memberships and bindings. Errors: kNotFound PortNotFound;
/// ServicePortInUse (kConflict, 409) for distributed ports, which go with their subnet or its DHCP.
Task<void> delete_port(store::Store& store, Uuid id);

/// The project's default group, made with Neutron's four default rules when it is missing (a lost race finds
/// the winner's).
Task<Uuid> ensure_default_group(store::Store& store, std::string project);

/// Commits new networks, all or none; those without a VNI (0) get a free one, random, retried on a lost race.
/// Errors: NoNetworkAvailable (kConflict, 409: no VNI is free), TunnelIdInUse (kConflict, 409: an asked one
/// is taken).
Task<void> create_networks(store::Store& store, std::vector<model::Network> networks);

struct NetworkChange {
  model::Network after;                     ///< all attributes as they shall be; `id` can't change
  std::optional<std::int64_t> if_revision;  ///< HTTP If-Match: revision_number=N
};
/// Changes a network; `revision` and `updated_at` are set here. Errors: kNotFound NetworkNotFound;
/// RevisionNumberConstraintFailed (kConflict, 412); NetworkMTUSubnetConflict (kConflict, 409: it has subnets
/// that need a larger MTU).
Task<void> update_network(store::Store& store, NetworkChange change);

/// Removes a network with its subnets and their distributed ports, and with ports of other services that
/// Neutron removes on its own ("network:dhcp"). Errors: kNotFound NetworkNotFound; NetworkInUse (kConflict,
/// 409: it has other ports).
Task<void> delete_network(store::Store& store, Uuid id);

/// Commits new subnets, all or none, each with its distributed port if it has DHCP; a subnet with automatic
/// addresses also gives one to every port that the network has. Overlaps on a network are refused, also when
/// two weftd try at once. Errors: InvalidInput (kInvalid, 400: overlaps), NetworkNotFound,
/// IpAddressGenerationFailure (kConflict, 409: the pools have no room for the distributed port),
/// NetworkMTUSubnetConflict (kConflict, 409).
Task<void> create_subnets(store::Store& store, std::vector<model::Subnet> subnets);

struct SubnetChange {
  model::Subnet after;  ///< all attributes as they shall be; `id`, `network` and `cidr` can't change
  std::optional<std::int64_t> if_revision;  ///< HTTP If-Match: revision_number=N
  /// What must hold for the whole: asked at every try, as others may have changed what `after` left alone.
  std::function<Result<void>(const model::Subnet&)> check = {};
};
/// Changes a subnet; `revision` and `updated_at` are set here. Its distributed port comes and goes with
/// enable_dhcp, and leaves an address that becomes the gateway's. Errors: kNotFound SubnetNotFound;
/// RevisionNumberConstraintFailed (kConflict, 412); IpAddressGenerationFailure as create_subnets.
Task<void> update_subnet(store::Store& store, SubnetChange change);

/// Gives subnets with DHCP their distributed ports where they have none: those of a store from before schema
/// 1.3.0. What can't have one (its pools are used up) is logged. Returns how many were served.
Task<int> serve_older_subnets(store::Store& store);

/// Removes a subnet with its distributed port and the addresses that ports have of it on their own: automatic
/// ones, and those of ports that delete_network() removes, too. Errors: kNotFound SubnetNotFound; SubnetInUse
/// (kConflict, 409: other ports have addresses of it).
Task<void> delete_subnet(store::Store& store, Uuid id);

}  // namespace weft::ipam
