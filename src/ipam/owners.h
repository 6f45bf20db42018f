#pragma once
// What Neutron makes of a port's device_owner.

#include <string_view>

namespace weft::ipam {

/// An interface of a router: it has addresses of its own choice also where others have automatic ones.
bool is_router_interface(std::string_view device_owner);

/// May the port have an IPv6 subnet's first address, which is every router's (RFC 4291, 2.6.1)? A port whose
/// owner is not known may become a router's.
bool may_be_router(std::string_view device_owner);

/// A port of a service of the network itself: it does not keep subnet or network from being removed.
bool goes_with_its_network(std::string_view device_owner);

}  // namespace weft::ipam
