#pragma once
// What a request needs in rows, decided from the intent alone: no I/O, so that every rule is tested without a
// server.

#include "ipam/ports.h"

namespace weft::ipam {

/// Plans the ports of one batch; each sees what the earlier ones took. That the named groups exist is the
/// caller's to know.
class PortPlanner {
 public:
  /// Both must outlive the planner.
  PortPlanner(const model::Intent& intent, const store::AddressClaims& under_way);

  /// A new port. `default_group`: the project's, used when the request names no groups.
  Result<PortRows> create(const PortRequest& request, const std::optional<Uuid>& default_group);

  /// A change of an existing port: the rows to remove and to add; `after` is checked, too.
  struct Change {
    std::vector<Uuid> removed_addresses, removed_memberships;
    PortRows rows;  ///< the port as it shall be; new addresses and memberships only
  };
  Result<Change> update(const model::Port& before, const PortChange& change);

 private:
  Result<void> give_addresses(const PortRequest& request, PortRows& rows);
  Result<void> change_addresses(const PortChange& change, Change& plan);
  Result<void> exchange_chosen(std::vector<model::Address> had, const std::vector<AddressRequest>& wanted,
                               Change& plan);
  Result<void> settle_automatic(const std::vector<model::Address>& had, bool everywhere, Change& plan);
  bool is_automatic(const model::Address& address, const model::Port& port) const;
  Result<std::vector<AddressRequest>> chosen_ones(const model::Port& port,
                                                  const std::vector<AddressRequest>& wanted,
                                                  const std::vector<model::Address>& had) const;
  Result<std::vector<model::Address>> default_addresses(const model::Port& port);
  Result<model::Address> claim(const model::Address& address);
  Result<model::Address> address(const model::Port& port, const AddressRequest& request);
  Result<model::Address> chosen_address(const model::Port& port, const AddressRequest& request);
  std::optional<model::Address> free_address(const model::Port& port, const model::Subnet& subnet);
  Result<MacAddress> mac(const Uuid& network, const std::optional<MacAddress>& wanted);

  const model::Intent& intent_;
  const store::AddressClaims& under_way_;
  store::AddressClaims batch_;
  std::set<std::pair<Uuid, MacAddress>> batch_macs_;
};

/// What a port without port security can't have: address pairs, the groups that a request names, and those
/// that it has already. Errors, all as Neutron's: kConflict AddressPairAndPortSecurityRequired,
/// kInvalid PortSecurityAndIPRequiredForSecurityGroups, kConflict PortSecurityPortHasSecurityGroup.
Result<void> check_port_security(const model::Port& port, const std::optional<std::vector<Uuid>>& named,
                                 bool has_groups);

/// Does a port of this request come with the project's default group?
bool wants_default_group(const PortRequest& request);

}  // namespace weft::ipam
