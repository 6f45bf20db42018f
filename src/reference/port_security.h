#pragma once
// Port security: does what a packet says of its source belong to the port that sends it?

#include "model/intent.h"
#include "reference/drop.h"
#include "reference/packet.h"

namespace weft::reference {

/// May the port speak from (or, as a member of a group, be spoken to at) this address with this MAC? Its
/// fixed addresses go with its own MAC; its allowed pairs with theirs.
bool may_use(const model::Intent& intent, const model::Port& port, const MacAddress& mac,
             const IpAddress& ip);
/// The same with any of its MACs.
bool may_use(const model::Intent& intent, const model::Port& port, const IpAddress& ip);

/// May the port open a connection from this address? Also from the link-local addresses of its MACs.
bool may_open_from(const model::Intent& intent, const model::Port& port, const IpAddress& ip);

/// May nobody else have the address? Fixed addresses, pairs of one address and the link-local addresses of
/// its MACs; what a wider pair lets it use may be anybody's.
bool is_own(const model::Intent& intent, const model::Port& port, const IpAddress& ip);

/// The address that an interface makes of its MAC (RFC 4291, appendix A).
bool is_link_local_of(const MacAddress& mac, const IpAddress& ip);

std::optional<Drop> check_source(const model::Intent& intent, const model::Port& port, const Packet& packet);

}  // namespace weft::reference
