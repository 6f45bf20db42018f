#pragma once
// A port's names: Neutron's dns_name, dns_domain and dns_assignment.

#include <string>

#include "base/result.h"
#include "model/network.h"

namespace weft::neutron {

/// One entry of dns_assignment.
struct HostName {
  std::string hostname;
  std::string fqdn;  ///< with its final dot, unless there is no domain at all
};

/// The name of one of the port's addresses: its dns_name, else one made of the address ("host-10-0-0-5"). The
/// domain is the port's, else the network's, else `default_domain`; `network` may be null.
HostName host_name(const model::Port& port, const model::Network* network, const IpAddress& address,
                   std::string_view default_domain);

/// Does a dns_name fit the configured domain? A name with a final dot must lie in it; one without must leave
/// room for it. An empty domain takes any name. Errors: HTTPBadRequest.
Result<void> check_name_in_domain(std::string_view dns_name, std::string_view domain);

/// Is the port's dns_name, in the domain that counts for it, at most 255 characters long? Errors:
/// HTTPBadRequest naming dns_name and where the domain is from.
Result<void> check_full_name(const model::Port& port, const model::Network* network,
                             std::string_view default_domain);

}  // namespace weft::neutron
