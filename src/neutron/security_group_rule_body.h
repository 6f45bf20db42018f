#pragma once
// Security group rules as clients write them, checked as Neutron does.

#include "model/security.h"
#include "neutron/attributes.h"

namespace weft::neutron {

/// Reads a validated body into a rule (all but what every object has). Errors: the SecurityGroup* types of
/// Neutron; that the groups exist is the caller's to check.
Result<model::SecurityGroupRule> read_rule(const json::object& body);

}  // namespace weft::neutron
